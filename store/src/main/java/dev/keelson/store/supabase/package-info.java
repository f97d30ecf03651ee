/** Supabase's REST interface (PostgREST) as an origin of data. */
@NullMarked
package dev.keelson.store.supabase;

import org.jspecify.annotations.NullMarked;
