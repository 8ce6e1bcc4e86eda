"""What was proposed to be withheld, and what of it PPID decided: the register of UU 14/2008, articles 17 to 20."""
