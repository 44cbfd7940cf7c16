"""The guided tour: Segue shown to whoever has no display, by using the real window as a listener would."""
