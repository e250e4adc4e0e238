"""Places where backups lie: folders, drives, shares, SFTP, WebDAV, S3."""
