/** Plain files of one project: artifacts, datasets, and who owns the folder. */
@NullMarked
package dev.keelson.store.files;

import org.jspecify.annotations.NullMarked;
