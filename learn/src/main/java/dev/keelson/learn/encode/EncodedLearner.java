package dev.keelson.learn.encode;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.Continuation;
import dev.keelson.learn.Continuing;
import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.split.PurgedKFold;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A learner of rows with categories: encodes them, fitted on the very rows that it learns from, and gives the numbers to
 * another. Rows without categories reach that one as they are. Immutable.
 */
public final class EncodedLearner implements Learner {
    private static final int FOLDS = 5;

    private final Learner learner;
    private final SortedMap<String, EncodingKind> wanted;
    private final PurgedKFold splitter;

    /**
     * @param learner reads numbers
     * @param wanted feature to how its categories are encoded; of others the learner's own way, else columns of 0 and 1
     * @param embargoMicros gap between rows whose means are taken and rows that they tell of
     * @param horizonMicros how far after its event a row's label looks
     */
    public EncodedLearner(
            Learner learner, Map<String, EncodingKind> wanted, long embargoMicros, long horizonMicros) {
        this.learner = learner;
        this.wanted = new TreeMap<>(wanted);
        this.splitter = new PurgedKFold(FOLDS, Math.max(embargoMicros, horizonMicros), horizonMicros);
    }

    @Override
    public String name() {
        return learner.name();
    }

    @Override
    public Map<String, Object> settings() {
        return learner.settings();
    }

    @Override
    public boolean supports(Task task) {
        return learner.supports(task);
    }

    @Override
    public Fit fit(TrainingSet rows, FitControl control, long seed) {
        if (rows.features().categories().isEmpty()) {
            return learner.fit(rows, control, seed);
        }
        SortedMap<String, EncodingKind> kinds = new TreeMap<>();
        EncodingKind standard = learner.readsCategories() ? EncodingKind.NATIVE : EncodingKind.ONEHOT;
        rows.features().categories().keySet().forEach(name -> kinds.put(name, wanted.getOrDefault(name, standard)));
        Encoding.Fitted fitted = Encoding.fit(rows, kinds, splitter);
        TrainingSet encoded = new TrainingSet(fitted.features(), rows.target(), rows.weights(), rows.times());
        Optional<TrainingSet> held = control.validation()
                .map(set -> new TrainingSet(
                        fitted.encoding().apply(set.features().select(fitted.encoding().features())),
                        set.target(),
                        set.weights(),
                        set.times()));
        Fit fit = learner.fit(encoded, new FitControl(held, control.monitor(), control.members()), seed);
        return new Fit(new EncodedModel(fitted.encoding(), fit.model()), fit.steps(), fit.losses());
    }

    /**
     * A model that goes on from another one, behind the encoding with which that one was fitted: the new rows are encoded as
     * every row that it predicts, with categories that it does not know as that encoding says. A model that reads no
     * categories goes on as it is.
     *
     * @param learner goes on from what stands behind the encoding
     * @param base as {@link #fit} gave it
     * @param rows with the features that it reads
     * @throws KeelsonException BAD_REQUEST if the rows have categories and the base was fitted on numbers, or as the learner
     *     says
     */
    public static Model goOn(Continuing learner, Model base, TrainingSet rows, Continuation how, long seed) {
        if (!(base instanceof EncodedModel encoded)) {
            if (!rows.features().categories().isEmpty()) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The model (%s) was fitted on numbers, and the features %s are now categories: it cannot go on."
                                .formatted(
                                        base.format(), rows.features().categories().keySet()),
                        "Maybe it must be trained anew first, without `--update`.");
            }
            return learner.goOn(base, rows, how, seed);
        }
        Encoding encoding = encoded.encoding();
        TrainingSet set = new TrainingSet(
                encoding.apply(rows.features().select(encoding.features())), rows.target(), rows.weights(), rows.times());
        return new EncodedModel(encoding, learner.goOn(encoded.model(), set, how, seed));
    }
}
