package dev.keelson.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.metrics.Brier;
import dev.keelson.metrics.LogLoss;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.serve.spi.PredictionLog.Placed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Predictions in the order of the journal, or those with an outcome in the order in which they were settled.
 *
 * <p>The mark: {@code at} and {@code place} of the last one written, and {@code first}, the id of the first prediction of
 * the journal; another first one says that it is another journal, which is then read from its beginning.
 */
final class PredictionFeed extends OwnFeed {
    private final Supplier<? extends PredictionLog> journal;
    private final boolean settled;
    private final Function<String, List<String>> classes;
    private final int page;

    /**
     * @param settled whether only predictions with an outcome are given, as evaluations
     * @param classes the classes of a model in the order of its probabilities; empty when it is not known any more
     */
    PredictionFeed(Supplier<? extends PredictionLog> journal, boolean settled, Function<String, List<String>> classes, int page) {
        super(settled ? OwnTable.EVALUATIONS : OwnTable.PREDICTIONS);
        this.journal = journal;
        this.settled = settled;
        this.classes = classes;
        this.page = page;
    }

    @Override
    void readAll(JsonNode mark, Pages pages) {
        PredictionLog log = journal.get();
        List<Placed> beginning = log.predictions(0, 1);
        if (beginning.isEmpty()) {
            return;
        }
        String first = beginning.getFirst().prediction().event().id().toString();
        boolean same = mark.path("first").asText("").equals(first);
        long at = same ? mark.path("at").asLong() : 0;
        long place = same ? mark.path("place").asLong() : 0;
        while (true) {
            List<Placed> found = settled ? log.settled(at, place, page) : log.predictions(at, page);
            if (found.isEmpty()) {
                return;
            }
            at = found.getLast().at();
            place = found.getLast().place();
            List<@Nullable String[]> rows = new ArrayList<>(found.size());
            for (Placed each : found) {
                rows.add(settled ? evaluation(each.prediction()) : prediction(each.prediction().event()));
            }
            pages.take(rows, emptyMark().put("first", first).put("at", at).put("place", place));
        }
    }

    private @Nullable String[] prediction(PredictionEvent event) {
        double[] probabilities = event.probabilities();
        List<String> names = classes.apply(event.model());
        JsonNode shares;
        if (names.size() == probabilities.length) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            for (int c = 0; c < probabilities.length; c++) {
                object.put(names.get(c), probabilities[c]);
            }
            shares = object;
        } else {
            var list = JsonNodeFactory.instance.arrayNode();
            for (double probability : probabilities) {
                list.add(probability);
            }
            shares = list;
        }
        return row(event, text(event.asOf()), text(event.at()), predicted(event), confidence(event), shares.toString());
    }

    /** What both tables tell of a prediction, then the cells that one has alone. */
    private static @Nullable String[] row(PredictionEvent event, @Nullable String... own) {
        List<@Nullable String> cells = new ArrayList<>();
        cells.add(event.id().toString());
        cells.add(event.model());
        cells.add(Integer.toString(event.version()));
        cells.add(event.role());
        cells.add(event.entity());
        cells.add(event.segment());
        cells.add(text(event.eventTime()));
        cells.addAll(Arrays.asList(own));
        return cells.toArray(new @Nullable String[0]);
    }

    private @Nullable String[] evaluation(LoggedPrediction logged) {
        PredictionEvent event = logged.event();
        List<String> names = classes.apply(event.model());
        int label = names.indexOf(logged.outcome());
        boolean judged = label >= 0 && names.size() == event.probabilities().length && names.size() > 1;
        int[] labels = {label};
        return row(
                event,
                text(event.at()),
                predicted(event),
                confidence(event),
                logged.outcome(),
                logged.outcomeKnownAt() == null ? null : text(logged.outcomeKnownAt()),
                judged ? Boolean.toString(event.predicted() == label) : null,
                judged ? Double.toString(LogLoss.of(event.probabilities(), names.size(), labels)) : null,
                judged ? Double.toString(Brier.of(event.probabilities(), names.size(), labels)) : null);
    }

    private @Nullable String predicted(PredictionEvent event) {
        List<String> names = classes.apply(event.model());
        if (event.isNumber()) {
            return Double.toString(event.probabilities()[0]);
        }
        int best = event.probabilities().length == 0 ? -1 : event.predicted();
        return best >= 0 && names.size() == event.probabilities().length ? names.get(best) : null;
    }

    private static @Nullable String confidence(PredictionEvent event) {
        return event.probabilities().length == 0 || event.isNumber() ? null : Double.toString(event.probabilities()[event.predicted()]);
    }

    private static String text(Instant instant) {
        return instant.toString();
    }
}
