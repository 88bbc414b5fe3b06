"""The monthly integrity report (清廉月报) of one unit: its content made once, then set as PDF and as DOCX."""
