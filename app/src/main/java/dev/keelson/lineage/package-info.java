/** What came from what: the graph from source rows to predictions, computed from what is stored. */
@NullMarked
package dev.keelson.lineage;

import org.jspecify.annotations.NullMarked;
