"""The catalogue of metrics, from the declarations in `shared/metrics.py`."""
