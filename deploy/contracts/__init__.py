"""What other people may rely on, made from `shared/events.py`: JSON Schemas, AsyncAPI, the catalogue and their gate."""
