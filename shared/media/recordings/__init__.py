"""Video and sound: probed and decoded whole, and copies that play everywhere."""
