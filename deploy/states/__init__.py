"""What can become of each item: the transitions that the services declare, listed and drawn."""
