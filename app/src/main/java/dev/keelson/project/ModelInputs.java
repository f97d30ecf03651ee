package dev.keelson.project;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What of a model a stream can watch.
 *
 * @param number whether it predicts a number, otherwise one of some classes
 * @param names names of its inputs, as far as the file tells
 * @param complete whether these are all; not with every feature of a view of SQL or Python
 */
record ModelInputs(boolean number, Set<String> names, boolean complete) {
    ModelInputs {
        names = Collections.unmodifiableSet(new LinkedHashSet<>(names));
    }
}
