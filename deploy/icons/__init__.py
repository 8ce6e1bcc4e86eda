"""The application's icons, drawn from the one picture of ours."""
