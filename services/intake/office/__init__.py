"""What the office sets on its own screens: its Bidang, calendar, letterhead, and who stands in for whom."""
