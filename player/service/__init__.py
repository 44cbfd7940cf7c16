"""The port to a music service and its adapters. The window asks capabilities, never an adapter's type."""
