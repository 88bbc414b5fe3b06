"""The wall: an unattended display that shows one site's scenes from the screen surface alone."""
