"""Grafana's dashboards as code: `pimpinan` for the leaders, `pengelola` for who runs the system."""
