"""What is looked at before a Version is submitted: each check a small pure function from Facts to findings."""
