"""What tests of several parts share: small music, a real backend, a link with a shape."""
