"""Every route of the four services, with the action that it names and the roles to which the table grants it."""
