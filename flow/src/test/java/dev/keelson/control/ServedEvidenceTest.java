package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.serve.InMemoryPredictionLog;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ServedEvidenceTest {
    private static final Instant START = Instant.parse("2024-03-28T12:00:00Z");
    private static final List<ZoneId> ZONES =
            List.of(ZoneOffset.UTC, ZoneId.of("Europe/Berlin"), ZoneId.of("Asia/Kathmandu"), ZoneId.of("America/New_York"));
    private static final ModelVersion CHAMPION = version(1);
    private static final ModelVersion CHALLENGER = version(2);

    private static ModelVersion version(int number) {
        return new ModelVersion(FakeLeague.MODEL, number, "run" + number, "sha", Kind.CHANGE, START, START);
    }

    private static LoopDefinition definition(ZoneId zone, Metric metric) {
        LoopDefinition whole = FakeLeague.definition(
                new PromotionPolicyDefinition(
                        "gate",
                        List.of(FakeLeague.MODEL),
                        PromotionPolicyDefinition.Preset.RECOMMENDED,
                        metric,
                        0.01,
                        0.05,
                        List.of(),
                        null),
                null,
                ScheduleDefinition.OnFinding.ALERT);
        return new LoopDefinition(whole.model(), null, null, whole.promotion(), List.of(), zone);
    }

    /** Traffic of some days: entities that come again, two champions, shadows that are missing, late and corrected outcomes. */
    private static final class Traffic {
        final InMemoryPredictionLog log = new InMemoryPredictionLog();
        final Random random;
        final List<String> classes;
        private final Map<String, Instant> last = new HashMap<>();
        private int ids;

        Traffic(long seed, List<String> classes) {
            this.random = new Random(seed);
            this.classes = classes;
        }

        void predict(Instant at) {
            String entity = "e" + random.nextInt(300);
            Instant drawn = at.plus(Duration.ofMinutes(random.nextInt(2_400) - 1_800));
            Instant eventTime = last.merge(entity, drawn, (one, other) -> one.isAfter(other) ? one : other);
            List<PredictionEvent> events = new ArrayList<>();
            events.add(event("champion", random.nextInt(10) == 0 ? 3 : 1, entity, eventTime, at));
            if (random.nextInt(5) > 0) {
                events.add(event("challenger", random.nextInt(10) == 0 ? 4 : 2, entity, eventTime, at));
            }
            log.append(events, true);
        }

        private PredictionEvent event(String role, int version, String entity, Instant eventTime, Instant at) {
            double[] p = random.doubles(classes.size(), 0.05, 1).toArray();
            double sum = java.util.Arrays.stream(p).sum();
            for (int i = 0; i < p.length; i++) {
                p[i] /= sum;
            }
            return new PredictionEvent(
                    new UUID(7, ids++), FakeLeague.MODEL, version, role, entity, "", eventTime, at, at, p, new double[0],
                    new double[0]);
        }

        void settle(Instant at) {
            String entity = "e" + random.nextInt(330);
            String outcome = random.nextInt(12) == 0 ? "void" : classes.get(random.nextInt(classes.size()));
            log.appendOutcomes(List.of(new OutcomeEvent(FakeLeague.MODEL, entity, outcome, at)), true);
        }
    }

    @Test
    void whatIsTalliedIsWhatTheWholeHistorySays() {
        int seen = 0;
        for (int seed = 0; seed < 60; seed++) {
            LoopDefinition definition = definition(ZONES.get(seed % 4), Metric.values()[seed % 3]);
            Traffic traffic = new Traffic(seed, definition.model().classes());
            ServedEvidence tallied = new ServedEvidence(traffic.log);
            Instant since = seed % 2 == 0 ? null : START.plus(Duration.ofDays(1));

            for (int hour = 0; hour < 24 * 6; hour += 1 + traffic.random.nextInt(4)) {
                Instant now = START.plus(Duration.ofHours(hour));
                for (int i = traffic.random.nextInt(12); i > 0; i--) {
                    traffic.predict(now);
                }
                for (int i = traffic.random.nextInt(25); i > 0; i--) {
                    traffic.settle(now);
                }
                traffic.log.catchUp();
                if (traffic.random.nextInt(3) == 0) {
                    PairedEpochs read = tallied.of(definition, CHAMPION, CHALLENGER, since, now);
                    seen += read.gains().isEmpty() ? 0 : 1;
                    alike(read, wholeHistory(definition, traffic, since, now), seed, hour);
                    assertThat(tallied.settled(FakeLeague.MODEL, 1)).isEqualTo(settled(traffic));
                }
            }
        }
        assertThat(seen).isGreaterThan(500);
    }

    private static void alike(PairedEpochs read, PairedEpochs whole, int seed, int hour) {
        assertThat(read.gains()).as("seed %d, hour %d", seed, hour).hasSameSizeAs(whole.gains());
        for (int i = 0; i < whole.gains().size(); i++) {
            assertThat(read.gains().get(i)).as("seed %d, hour %d", seed, hour).isCloseTo(whole.gains().get(i), within(1e-12));
        }
        assertThat(new PairedEpochs(List.of(), read.events(), read.days(), read.championAccuracy(), read.challengerAccuracy()))
                .isEqualTo(new PairedEpochs(
                        List.of(), whole.events(), whole.days(), whole.championAccuracy(), whole.challengerAccuracy()));
    }

    private static PairedEpochs wholeHistory(
            LoopDefinition definition, Traffic traffic, @Nullable Instant since, Instant now) {
        List<ModelHistory.Entry> settled = ModelHistory.of(
                        definition.model(), definition.zone(), traffic.log)
                .settled(now, definition.model().embargo());
        return ServedEvidence.of(
                definition,
                settled.stream()
                        .filter(entry -> since == null || !entry.champion.at().isBefore(since))
                        .toList(),
                CHAMPION,
                CHALLENGER);
    }

    private static long settled(Traffic traffic) {
        return traffic.log.count(new dev.keelson.serve.PredictionQuery(
                FakeLeague.MODEL, 1, null, null, null, true, null, false, 1));
    }
}
