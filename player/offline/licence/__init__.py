"""What the licence server has signed, read strictly: keyset, lease, leaf and time reply (docs/api.md, Devices and
licences). Pure: keys, times and the last known numbers are arguments."""
