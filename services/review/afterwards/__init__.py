"""What officials do about a Decision later: take an approval or an offer back, let an emergency approval stand."""
