/** Tracking servers and registries elsewhere: a client, what is imported from them, and what is sent to them. */
@NullMarked
package dev.keelson.remote;

import org.jspecify.annotations.NullMarked;
