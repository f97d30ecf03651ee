package dev.keelson.project;

import dev.keelson.project.PredictionLogDefinition.Elsewhere;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What of a model a monitor can name.
 *
 * @param number whether it predicts a number, otherwise one of some classes
 * @param names names of its inputs, as far as the file tells
 * @param complete whether these are all; not with every feature of a view of SQL or Python
 * @param parting columns whose values can part its rows; empty where the data alone tell
 */
record ModelInputs(boolean number, Set<String> names, boolean complete, Set<String> parting) {
    ModelInputs {
        names = Collections.unmodifiableSet(new LinkedHashSet<>(names));
        parting = Collections.unmodifiableSet(new LinkedHashSet<>(parting));
    }

    /** Of a model that others serve: what is handed in. */
    static ModelInputs of(Elsewhere model) {
        Set<String> parting = new LinkedHashSet<>(List.of(Elsewhere.SEGMENT));
        parting.addAll(model.columns());
        return new ModelInputs(model.isNumber(), new LinkedHashSet<>(model.features()), true, parting);
    }
}
