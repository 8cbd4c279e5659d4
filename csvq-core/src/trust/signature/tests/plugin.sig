{
  "schema_version": 1,
  "signatures": [
    {
      "key_id": "3c5114bd92a1f9dfaef1c90d01a07d7aac48559147da02c73540ae36e4d52464",
      "algorithm": "ed25519",
      "plugin": "lengths",
      "digest": "5538c8401cb2f2c9a70da4f167f66cebfc5625beeed896902ed22a73c17f5cfe",
      "signed_at": "2026-07-23T10:00:00Z",
      "expires_at": "2027-07-23T10:00:00Z",
      "signature": "wPVsnO5NcTlwb+YJ5oxpOvhbnRw6uEC3+eIB9PQcz3GpiTEAqIzA5OnbVvIzbBVzi1qhMa8eT6VhLn3vFbfdDg=="
    }
  ]
}
