"""PDF: opened whole, refused where it holds programs, and a public copy of its pages alone."""
