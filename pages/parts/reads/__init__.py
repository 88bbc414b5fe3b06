"""Every read of the pages. It exists so that no page holds a query; one module for each thing that is read about."""
