package dev.keelson.serve;

import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.serve.spi.SettledPairs;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A prediction log that lives as long as the test; it honours {@code PredictionLogContract}. An offset is a number of
 * records. As in the real one, nothing is found before {@link #catchUp()}.
 */
public final class InMemoryPredictionLog implements PredictionLog {
    private final List<Object> records = new ArrayList<>();
    private int indexed;

    @Override
    public synchronized void append(List<PredictionEvent> events, boolean durable) {
        for (PredictionEvent event : events) {
            records.add(new PredictionEvent(
                    event.id(),
                    event.model(),
                    event.version(),
                    event.role(),
                    event.entity(),
                    event.segment(),
                    micros(event.eventTime()),
                    micros(event.asOf()),
                    micros(event.at()),
                    event.probabilities(),
                    event.features(),
                    event.watched(),
                    event.keys(),
                    event.served(),
                    event.client(),
                    event.metadata()));
        }
    }

    @Override
    public synchronized void appendOutcomes(List<OutcomeEvent> outcomes, boolean durable) {
        for (OutcomeEvent event : outcomes) {
            records.add(new OutcomeEvent(event.model(), event.entity(), event.outcome(), micros(event.knownAt())));
        }
    }

    @Override
    public synchronized void appendEvents(List<ModelEvent> events, boolean durable) {
        for (ModelEvent event : events) {
            records.add(new ModelEvent(
                    event.kind(),
                    event.id(),
                    micros(event.at()),
                    event.model(),
                    event.version(),
                    event.run(),
                    event.metrics(),
                    event.metadata()));
        }
    }

    @Override
    public synchronized List<ModelEvent> events(ModelEventQuery query) {
        Map<UUID, ModelEvent> events = new LinkedHashMap<>();
        for (Object each : records.subList(0, indexed)) {
            if (each instanceof ModelEvent event) {
                events.putIfAbsent(event.id(), event);
            }
        }
        List<ModelEvent> oldestFirst = new ArrayList<>(events.values());
        oldestFirst.sort(Comparator.comparing(ModelEvent::at));
        return oldestFirst.reversed().stream()
                .filter(event -> query.kind() == null || query.kind() == event.kind())
                .filter(event -> query.model() == null || event.model().equals(query.model()))
                .filter(event -> query.version() == null || query.version() == event.version())
                .filter(event -> query.from() == null || !event.at().isBefore(query.from()))
                .filter(event -> query.to() == null || event.at().isBefore(query.to()))
                .filter(event -> query.text() == null
                        || contains(event.metadata(), query.text())
                        || contains(event.run(), query.text()))
                .limit(query.limit())
                .toList();
    }

    @Override
    public synchronized void catchUp() {
        indexed = records.size();
    }

    @Override
    public synchronized long lag() {
        return (long) records.size() - indexed;
    }

    @Override
    public synchronized List<LoggedPrediction> find(PredictionQuery query) {
        Comparator<LoggedPrediction> order = Comparator.<LoggedPrediction, Instant>comparing(
                        logged -> logged.event().eventTime())
                .thenComparing(logged -> logged.event().entity());
        List<LoggedPrediction> matching = new ArrayList<>(matching(query).toList());
        matching.sort(order); // stable: of equals the one appended first comes first
        return (query.newestFirst() ? matching.reversed() : matching)
                .stream().limit(query.limit()).toList();
    }

    @Override
    public synchronized long count(PredictionQuery query) {
        return matching(query).count();
    }

    @Override
    public synchronized Optional<LoggedPrediction> find(UUID id) {
        return indexed().filter(logged -> logged.event().id().equals(id)).findFirst();
    }

    @Override
    public synchronized List<Placed> predictions(long after, int limit) {
        return placed().map(each -> new Placed(each.place(), each.place(), each.prediction()))
                .filter(each -> each.at() > after)
                .sorted(Comparator.comparingLong(Placed::at))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized List<Placed> settled(long at, long place, int limit) {
        return placed().filter(each -> each.prediction().outcome() != null)
                .filter(each -> each.at() > at || (each.at() == at && each.place() > place))
                .sorted(Comparator.comparingLong(Placed::at).thenComparingLong(Placed::place))
                .limit(limit)
                .toList();
    }

    private Stream<Placed> placed() {
        List<Object> seen = records.subList(0, indexed);
        return indexed().map(logged -> {
            int place = 0;
            int outcome = 0;
            String key = settledBy(logged.event(), seen);
            for (int i = 0; i < seen.size(); i++) {
                if (place == 0 && seen.get(i) instanceof PredictionEvent event && event.id().equals(logged.event().id())) {
                    place = i + 1;
                } else if (seen.get(i) instanceof OutcomeEvent event
                        && event.model().equals(logged.event().model())
                        && event.entity().equals(key)) {
                    outcome = i + 1;
                }
            }
            return new Placed(Math.max(place, outcome), place, logged);
        });
    }

    /** Under what the outcome that counts for a prediction stands: its id, or its entity. */
    private static String settledBy(PredictionEvent prediction, List<Object> seen) {
        String id = prediction.id().toString();
        return seen.stream()
                        .anyMatch(each -> each instanceof OutcomeEvent event
                                && event.model().equals(prediction.model())
                                && event.entity().equals(id))
                ? id
                : prediction.entity();
    }

    @Override
    public SettledPairs pairs() {
        return new InMemoryPairs(this);
    }

    /** Indexed records in the order in which they were logged; a prediction's second record is null. */
    synchronized List<@Nullable Object> seen() {
        Set<UUID> ids = new HashSet<>();
        List<@Nullable Object> seen = new ArrayList<>();
        for (Object each : records.subList(0, indexed)) {
            seen.add(each instanceof PredictionEvent event && !ids.add(event.id()) ? null : each);
        }
        return seen;
    }

    @Override
    public synchronized Knowledge known(String model, String entity) {
        PredictionEvent last = null;
        PredictionEvent ofId = null;
        OutcomeEvent outcome = null;
        for (Object each : records.subList(0, indexed)) {
            if (each instanceof PredictionEvent event
                    && event.model().equals(model)
                    && event.entity().equals(entity)) {
                last = event;
            } else if (each instanceof PredictionEvent event
                    && ofId == null
                    && event.model().equals(model)
                    && event.id().toString().equals(entity)) {
                ofId = event;
            } else if (each instanceof OutcomeEvent event
                    && event.model().equals(model)
                    && event.entity().equals(entity)) {
                outcome = event;
            }
        }
        PredictionEvent meant = last == null ? ofId : last;
        if (meant == null) {
            return new Knowledge(null, outcome, null);
        }
        String id = meant.id().toString();
        boolean own = settledBy(meant, records.subList(0, indexed)).equals(id);
        return new Knowledge(meant.eventTime(), outcome, own ? meant.id() : null);
    }

    @Override
    public synchronized JournalPosition position() {
        return new JournalPosition(1, records.size());
    }

    @Override
    public synchronized long nextPlace() {
        return records.size() + 1L;
    }

    @Override
    public synchronized void truncateTo(JournalPosition position) {
        if (position.segment() != 1 || position.offset() < 0 || position.offset() > records.size()) {
            throw new IllegalArgumentException("The position (%s) must be one that this log gave.".formatted(position));
        }
        records.subList((int) position.offset(), records.size()).clear();
        indexed = Math.min(indexed, records.size());
    }

    @Override
    public void close() {
        // nothing is held open
    }

    private Stream<LoggedPrediction> indexed() {
        Map<UUID, PredictionEvent> predictions = new LinkedHashMap<>();
        Map<List<String>, OutcomeEvent> outcomes = new LinkedHashMap<>();
        for (Object each : records.subList(0, indexed)) {
            if (each instanceof PredictionEvent event) {
                predictions.putIfAbsent(event.id(), event);
            } else if (each instanceof OutcomeEvent event) {
                outcomes.put(List.of(event.model(), event.entity()), event);
            }
        }
        return predictions.values().stream().map(event -> {
            OutcomeEvent own = outcomes.get(List.of(event.model(), event.id().toString()));
            OutcomeEvent outcome = own == null ? outcomes.get(List.of(event.model(), event.entity())) : own;
            return outcome == null
                    ? new LoggedPrediction(event, null, null)
                    : new LoggedPrediction(event, outcome.outcome(), outcome.knownAt());
        });
    }

    private Stream<LoggedPrediction> matching(PredictionQuery query) {
        if (query.limit() < 1) {
            throw new IllegalArgumentException("limit (%d) must be at least 1.".formatted(query.limit()));
        }
        return indexed().filter(logged -> matches(query, logged));
    }

    private static boolean matches(PredictionQuery query, LoggedPrediction logged) {
        PredictionEvent event = logged.event();
        String model = query.model();
        Integer version = query.version();
        String role = query.role();
        Instant from = query.from();
        Instant to = query.to();
        Boolean settled = query.settled();
        String text = query.text();
        Boolean served = query.served();
        String outcome = query.outcome();
        Double atLeast = query.atLeast();
        Double atMost = query.atMost();
        String metadata = query.metadata();
        return (model == null || model.equals(event.model()))
                && (version == null || version == event.version())
                && (role == null || role.equals(event.role()))
                && (from == null || !event.eventTime().isBefore(from))
                && (to == null || event.eventTime().isBefore(to))
                && (settled == null || settled == (logged.outcome() != null))
                && (served == null || served == event.served())
                && (outcome == null || outcome.equals(logged.outcome()))
                && (atLeast == null || event.confidence() >= atLeast)
                && (atMost == null || event.confidence() <= atMost)
                && (metadata == null || contains(event.metadata(), metadata) || contains(event.client(), metadata))
                && (text == null || contains(event.entity(), text) || contains(event.keys(), AskedKeys.escaped(text)));
    }

    private static boolean contains(String whole, String part) {
        return whole.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
    }

    private static Instant micros(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MICROS);
    }
}
