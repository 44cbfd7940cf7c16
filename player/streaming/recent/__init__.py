"""What was streamed lately, kept on disk so that hearing it again costs no network: bounded, encrypted, and only ever
a copy. docs/decisions/0008-recent-segments.md says why it is as it is."""
