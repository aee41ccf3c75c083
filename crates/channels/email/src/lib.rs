//! Email: MIME, DKIM, SMTP and the sandbox transport.
