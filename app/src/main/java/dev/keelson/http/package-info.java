/** What the HTTP interface and the console ask of the running product. */
@NullMarked
package dev.keelson.http;

import org.jspecify.annotations.NullMarked;
