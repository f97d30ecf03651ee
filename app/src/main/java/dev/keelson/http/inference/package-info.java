/** The Open Inference Protocol, version 2, over REST and gRPC, for clients that know nothing of Keelson. */
@NullMarked
package dev.keelson.http.inference;

import org.jspecify.annotations.NullMarked;
