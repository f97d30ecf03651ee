package dev.keelson.wiring;

import dev.keelson.registry.Run;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What trainings are for.
 *
 * @param shuffles whether full ones measure what features are worth, too
 * @param looks whether the data are looked at before, as the policy of the model says
 * @param judges whether the test period is judged beyond the standard metrics
 * @param asked what was asked for beside the project file, as parameters of the run: each begins with {@value #ASKED}
 */
record TrainingPurpose(boolean shuffles, boolean looks, boolean judges, Map<String, String> asked) {
    private static final String ASKED = "asked.";

    /** The parameter with the learner that took the place of the model's. */
    static final String LEARNER = ASKED + "learner";

    /** The parameter with the settings that took the place of the model's. */
    static final String SETTINGS = ASKED + "settings";

    /** The parameter with a condition on the rows, beside the model's. */
    static final String ROWS = ASKED + "rows";

    /** Somebody wants the model. */
    static final TrainingPurpose PERSON = new TrainingPurpose(true, true, true, Map.of());

    /** A replay trains again and again, and watches drift itself. */
    static final TrainingPurpose REPLAY = new TrainingPurpose(false, false, false, Map.of());

    TrainingPurpose {
        asked = Map.copyOf(asked);
    }

    /** To do the training of a run again. */
    static TrainingPurpose repeat(Run run) {
        return new TrainingPurpose(Importance.shuffled(run), false, true, run.params().entrySet().stream()
                .filter(param -> param.getKey().startsWith(ASKED))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** The same, with something asked for beside the project file. */
    TrainingPurpose asking(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(asked);
        all.putAll(more);
        return new TrainingPurpose(shuffles, looks, judges, all);
    }
}
