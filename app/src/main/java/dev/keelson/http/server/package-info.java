/** The HTTP server: the API under {@code /api/v1}, health and metrics, and the console's pages. */
@NullMarked
package dev.keelson.http.server;

import org.jspecify.annotations.NullMarked;
