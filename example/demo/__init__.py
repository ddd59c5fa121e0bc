"""The demo: imports 500 subscribers, delivers their e-mails to a mail server that is not always willing, and checks."""
