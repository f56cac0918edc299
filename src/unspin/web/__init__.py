"""The local page and the HTTP API: ``unspin.web.app.create`` makes the application, ``unspin.web.server.run`` serves it."""
