package dev.keelson.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.id.Ids;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Runs the whole loop over history, step by step, for several policies side by side from one pass of loading. Each policy
 * has a state of its own. A step is finished by one transaction that also stores where the journal ended; after a kill the
 * same call goes on behind the last finished step and gives the same result.
 */
public final class Replay {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String KIND = "replay_step";
    /** Name space of all replays: made once, never changed. */
    private static final UUID REPLAYS = UUID.fromString("6f1c1d9e-2f0b-4a53-9d53-0d6b6a1f7c11");

    private Replay() {}

    /**
     * What is replayed.
     *
     * @param id names the replay; ids of its predictions derive from it
     * @param from first instant predicted
     * @param to end, exclusive
     * @param step length of a step, positive; whole days are days of the calendar, of 23 or 25 hours when the clocks change
     * @param zone whose calendar
     */
    public record Settings(String id, Instant from, Instant to, Duration step, ZoneId zone) {
        public Settings {
            if (step.isNegative() || step.isZero() || !from.isBefore(to)) {
                throw new IllegalArgumentException(
                        "from (%s) must lie before to (%s) and step (%s) must be positive.".formatted(from, to, step));
            }
        }

        /** Number of steps, the last one may be shorter. */
        public int steps() {
            // a calendar day has at least 23 hours, more than half a step of one day
            int steps = Math.max(0, Math.toIntExact(Duration.between(from, to).dividedBy(step)) - 1);
            while (at(steps).isBefore(to)) {
                steps++;
            }
            return steps;
        }

        /** Start of a step from 0; the end of the last one is {@code to}. */
        public Instant at(int index) {
            Duration length = step.multipliedBy(index);
            boolean days = step.toDaysPart() > 0 && step.equals(Duration.ofDays(step.toDaysPart()));
            Instant at = days
                    ? from.atZone(zone).plusDays(length.toDays()).toInstant()
                    : from.plus(length);
            return at.isAfter(to) ? to : at;
        }
    }

    /** The state of one policy. */
    public record PolicyState(LoopPolicy policy, Catalog catalog, PredictionLog log) {}

    /** Told after each step; the place to show progress. */
    @FunctionalInterface
    public interface Progress {
        /** Step {@code done} of {@code of} is finished; it ended on {@code day}, of the calendar of the settings. */
        void step(int done, int of, LocalDate day);
    }

    /**
     * The finished steps of one policy.
     *
     * @param policy which
     * @param timeline model name to its steps, oldest first
     * @param history model name to its predictions with outcomes
     */
    public record PolicyResult(
            LoopPolicy policy, Map<String, List<StepRecord>> timeline, Map<String, List<Scored>> history) {}

    /**
     * A prediction of the champion with its outcome.
     *
     * @param entity identity of the row
     * @param day match day as an epoch day
     * @param version who predicted
     * @param probabilities by class
     * @param outcome position of the class that happened, or the number; NaN when it is not known
     */
    public record Scored(String entity, int day, int version, double[] probabilities, double outcome) {
        /** Whether it is known what happened. */
        public boolean settled() {
            return !Double.isNaN(outcome);
        }
    }

    /**
     * Runs, or goes on with, a replay. Policies that are behind catch up; a policy that was not there before starts from the
     * beginning while the others wait.
     *
     * @param settings the same id must always come with the same settings
     * @param world at its beginning: nothing loaded yet
     * @param definitions models in order
     * @param trainers model name to its trainer, shared by the policies
     * @param states policies in order, each with a catalogue and a log of its own
     * @param progress told after each step
     * @return one result for each policy, in order
     * @throws IllegalArgumentException if a model has no trainer
     */
    public static List<PolicyResult> run(
            Settings settings,
            ReplayWorld world,
            List<LoopDefinition> definitions,
            Map<String, LoopTrainer> trainers,
            List<PolicyState> states,
            Progress progress) {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Running> running = new ArrayList<>();
            int first = settings.steps();
            for (PolicyState state : states) {
                Running policy = Running.open(settings, definitions, trainers, state);
                running.add(policy);
                first = Math.min(first, policy.done);
            }
            first = Math.max(first, 0);
            world.advance(settings.at(first));
            for (Running policy : running) {
                if (policy.done < 0) {
                    // one after the other: the first version is the same for all, so the first trains it, the others find it
                    Consumer<CatalogTransaction> writes = await(threads.submit(() -> policy.start(settings.from())));
                    policy.finish(-1, settings.from(), new LinkedHashMap<>(), writes);
                }
            }
            for (int index = first; index < settings.steps(); index++) {
                Instant from = settings.at(index);
                Instant to = settings.at(index + 1);
                world.prepare(from, to);
                List<Running> pending = new ArrayList<>();
                for (Running policy : running) {
                    if (policy.done <= index) {
                        pending.add(policy);
                    }
                }
                for (Running policy : pending) {
                    policy.predict(world, threads);
                }
                pending.forEach(Running::collectPredictions);
                world.advance(to);
                for (Running policy : pending) {
                    policy.close(world, threads, from, to);
                }
                for (Running policy : pending) {
                    policy.finishStep(index, to);
                }
                progress.step(index + 1, settings.steps(), to.atZone(settings.zone()).toLocalDate());
            }
            List<PolicyResult> results = new ArrayList<>();
            for (Running policy : running) {
                policy.state.log().catchUp();
                results.add(policy.result());
            }
            return results;
        }
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The replay was interrupted; the same command goes on where it stopped.", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("A step of the replay failed.", e.getCause());
        }
    }

    private static final class Running {
        private final Settings settings;
        private final PolicyState state;
        private final Map<String, ModelLoop> loops = new LinkedHashMap<>();
        private final Map<String, List<StepRecord>> timeline = new LinkedHashMap<>();
        private final List<Future<List<PredictionEvent>>> predicting = new ArrayList<>();
        private final List<PredictionEvent> predicted = new ArrayList<>();
        private final List<Future<ModelLoop.Step>> closing = new ArrayList<>();
        private final List<OutcomeEvent> arrived = new ArrayList<>();
        /** Index of the first step that is not finished; -1 before the first champion. */
        private int done = -1;

        private Running(Settings settings, PolicyState state) {
            this.settings = settings;
            this.state = state;
        }

        static Running open(
                Settings settings,
                List<LoopDefinition> definitions,
                Map<String, LoopTrainer> trainers,
                PolicyState state) {
            Running running = new Running(settings, state);
            definitions.forEach(d -> running.timeline.put(d.model().name(), new ArrayList<>()));
            JournalPosition end = JournalPosition.START;
            List<StoredReport> steps = state.catalog().read(tx -> tx.reports(KIND, settings.id(), Integer.MAX_VALUE));
            for (StoredReport step : steps.reversed()) {
                JsonNode document = parse(step.document());
                running.done = document.get("index").asInt() + 1;
                end = new JournalPosition(
                        document.get("segment").asInt(), document.get("offset").asLong());
                document.get("models").properties().forEach(entry -> Optional.ofNullable(
                                running.timeline.get(entry.getKey()))
                        .ifPresent(list -> list.add(StepRecord.fromJson(entry.getValue()))));
            }
            state.log().truncateTo(end);
            state.log().catchUp();
            UUID namespace = Ids.uuid5(REPLAYS, settings.id());
            for (LoopDefinition definition : definitions) {
                String model = definition.model().name();
                LoopTrainer trainer = trainers.get(model);
                if (trainer == null) {
                    throw new IllegalArgumentException("There is no trainer for the model (%s).".formatted(model));
                }
                running.loops.put(
                        model,
                        new ModelLoop(
                                namespace, "replay", definition, state.policy(), state.catalog(), state.log(), trainer));
            }
            return running;
        }

        void predict(ReplayWorld world, ExecutorService threads) {
            for (ModelLoop loop : loops.values()) {
                Requests requests = world.requests(loop.model());
                predicting.add(threads.submit(() -> loop.predict(requests)));
            }
        }

        void collectPredictions() {
            predicting.forEach(future -> predicted.addAll(await(future)));
            predicting.clear();
        }

        void close(ReplayWorld world, ExecutorService threads, Instant from, Instant to) {
            for (ModelLoop loop : loops.values()) {
                List<OutcomeEvent> outcomes = world.outcomes(loop.model(), from, to);
                arrived.addAll(outcomes);
                closing.add(threads.submit(() -> loop.close(from, to, outcomes)));
            }
        }

        void finishStep(int index, Instant to) {
            Map<String, StepRecord> records = new LinkedHashMap<>();
            List<Consumer<CatalogTransaction>> writes = new ArrayList<>();
            int i = 0;
            for (String model : loops.keySet()) {
                ModelLoop.Step step = await(closing.get(i++));
                records.put(model, step.record());
                writes.add(step.writes());
            }
            state.log().append(predicted, arrived.isEmpty()); // the last write of the step waits for the disk
            state.log().appendOutcomes(arrived, true);
            finish(index, to, records, tx -> writes.forEach(write -> write.accept(tx)));
            predicted.clear();
            arrived.clear();
            closing.clear();
        }

        Consumer<CatalogTransaction> start(Instant now) {
            List<Consumer<CatalogTransaction>> writes = new ArrayList<>();
            loops.values().forEach(loop -> writes.add(loop.start(now)));
            return tx -> writes.forEach(write -> write.accept(tx));
        }

        /** Makes a step visible: one transaction with everything it did and where the journal ended. */
        void finish(int index, Instant at, Map<String, StepRecord> records, Consumer<CatalogTransaction> writes) {
            JournalPosition end = state.log().position();
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.put("index", index);
            document.put("segment", end.segment());
            document.put("offset", end.offset());
            ObjectNode models = document.putObject("models");
            records.forEach((model, record) -> models.set(model, record.toJson()));
            String id = "%s-%s-%05d".formatted(KIND, settings.id(), index + 1);
            state.catalog().update(tx -> {
                writes.accept(tx);
                tx.putReport(new StoredReport(id, KIND, settings.id(), at, "done", document.toString()));
            });
            records.forEach((model, record) ->
                    timeline.computeIfAbsent(model, name -> new ArrayList<>()).add(record));
            done = index + 1;
        }

        PolicyResult result() {
            Map<String, List<Scored>> history = new LinkedHashMap<>();
            loops.forEach((model, loop) -> history.put(
                    model,
                    loop.history().entries().stream()
                            .map(entry -> new Scored(
                                    entry.champion.entity(),
                                    entry.day,
                                    entry.champion.version(),
                                    entry.champion.probabilities(),
                                    entry.outcome))
                            .toList()));
            return new PolicyResult(state.policy(), timeline, history);
        }

        private static JsonNode parse(String json) {
            try {
                return MAPPER.readTree(json);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("A stored step of the replay is not JSON.", e);
            }
        }
    }
}
