package dev.keelson.control;

import dev.keelson.registry.ModelVersion;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The served predictions of one model with their outcomes, in memory, in the order of event times. It can be rebuilt
 * from the prediction log at any time and holds nothing that the log does not. Not safe for use by several threads.
 */
final class ModelHistory {
    /** One event with what the champion and, if there was one, the challenger said. */
    static final class Entry {
        final PredictionEvent champion;
        final int day;
        @Nullable PredictionEvent challenger;
        /** Position of the class that happened, or the number; NaN while nothing is known. */
        double outcome = Double.NaN;

        Entry(PredictionEvent champion, int day) {
            this.champion = champion;
            this.day = day;
        }

        boolean settled() {
            return !Double.isNaN(outcome);
        }
    }

    private static final Comparator<Entry> ORDER =
            Comparator.comparing((Entry e) -> e.champion.eventTime()).thenComparing(e -> e.champion.entity());

    private final ModelDefinition model;
    private final ZoneId zone;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Entry> byEntity = new HashMap<>();

    ModelHistory(ModelDefinition model, ZoneId zone) {
        this.model = model;
        this.zone = zone;
    }

    /** Rebuilds the history of a model from the log. */
    static ModelHistory of(ModelDefinition model, ZoneId zone, PredictionLog log) {
        ModelHistory history = new ModelHistory(model, zone);
        List<LoggedPrediction> champions = log.find(PredictionQuery.of(model.name(), ModelVersion.CHAMPION));
        List<LoggedPrediction> challengers = log.find(PredictionQuery.of(model.name(), ModelVersion.CHALLENGER));
        history.add(champions.stream().map(LoggedPrediction::event).toList());
        history.add(challengers.stream().map(LoggedPrediction::event).toList());
        for (LoggedPrediction prediction : champions) {
            String outcome = prediction.outcome();
            if (outcome != null) {
                history.settle(prediction.event().entity(), outcome);
            }
        }
        return history;
    }

    /** Adds predictions in time order; a challenger's after the champion's of the same event. */
    void add(List<PredictionEvent> events) {
        for (PredictionEvent event : events) {
            if (event.role().equals(ModelVersion.CHAMPION)) {
                Entry entry = new Entry(event, dayOf(event));
                entries.add(entry);
                byEntity.put(event.entity(), entry);
            } else {
                Entry entry = byEntity.get(event.entity());
                if (entry != null) {
                    entry.challenger = event;
                }
            }
        }
        entries.sort(ORDER); // nearly in order already, which costs one pass
    }

    /** Joins outcomes; those of events that were never predicted are ignored. */
    void settle(List<OutcomeEvent> outcomes) {
        for (OutcomeEvent outcome : outcomes) {
            settle(outcome.entity(), outcome.outcome());
        }
    }

    private void settle(String entity, String outcome) {
        Entry entry = byEntity.get(entity);
        if (entry != null) {
            int label = model.isNumber() ? -1 : model.classes().indexOf(outcome);
            entry.outcome = model.isNumber() ? Double.parseDouble(outcome) : label < 0 ? Double.NaN : label;
        }
    }

    /** The event of an entity, predicted last; null where it was never predicted. */
    @Nullable Entry of(String entity) {
        return byEntity.get(entity);
    }

    List<Entry> entries() {
        return entries;
    }

    /**
     * Settled events of the match days that are complete, oldest first. A day counts as soon as every event up to its end
     * is settled or can no longer be expected to settle: whoever takes outcomes as they arrive judges by the quick ones. Of
     * an entity that was predicted again the last prediction counts.
     *
     * @param now the instant of the judgement
     * @param maximumDelay an event without outcome this long after its time is given up
     */
    List<Entry> settled(Instant now, Duration maximumDelay) {
        Instant givenUp = now.minus(maximumDelay);
        int open = Integer.MAX_VALUE;
        for (Entry entry : entries) {
            if (!known(entry) && !entry.champion.eventTime().isBefore(givenUp)) {
                open = Math.min(open, entry.day);
            }
        }
        List<Entry> complete = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.settled() && entry.day < open) {
                complete.add(entry);
            }
        }
        return complete;
    }

    /** Whether its outcome is known, also where a later prediction of its entity took it. */
    private boolean known(Entry entry) {
        return entry.settled() || byEntity.getOrDefault(entry.champion.entity(), entry).settled();
    }

    private int dayOf(PredictionEvent event) {
        return Math.toIntExact(event.eventTime().atZone(zone).toLocalDate().toEpochDay());
    }
}
