package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class WhereWorseTest {
    private static final int EVENTS = 1_600;
    private static final LoopDefinition LOOP = FakeLeague.definition(FakeLeague.gate(0.01), null, ScheduleDefinition.OnFinding.ALERT);

    private final List<LoggedPrediction> champion = new ArrayList<>();
    private final List<LoggedPrediction> challenger = new ArrayList<>();

    /** Twenty events a day; the champion is right, and the challenger, too, but for noise and one league where it has H and A mixed up. */
    private JsonNode compared(String wrong, long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < EVENTS; i++) {
            double home = 0.15 + 0.5 * random.nextDouble();
            double[] right = {home, 0.25, 0.75 - home};
            double drawn = random.nextDouble();
            String outcome = drawn < home ? "H" : drawn < home + 0.25 ? "D" : "A";
            String league = List.of("E0", "E1", "D1", "I1").get(i % 4);
            double moved = Math.clamp(home + 0.02 * random.nextGaussian(), 0.05, 0.7);
            double[] other = league.equals(wrong) ? new double[] {0.75 - moved, 0.25, moved} : new double[] {moved, 0.25, 0.75 - moved};
            champion.add(logged("champion", 1, i, league, right, home, outcome));
            challenger.add(logged("challenger", 2, i, league, other, home, outcome));
        }
        return WhereWorse.of(LOOP, champion, challenger, List.of("home_chance", "round"));
    }

    private static LoggedPrediction logged(String role, int version, int event, String league, double[] told, double home, String outcome) {
        Instant at = FakeLeague.START.plus(Duration.ofMinutes(72L * event));
        return new LoggedPrediction(
                new PredictionEvent(
                        new UUID(version, event), FakeLeague.MODEL, version, role, "e" + event, league, at, at, at, told,
                        new double[] {home, event % 3}, new double[0]),
                outcome,
                at);
    }

    @Test
    void oneLeagueWhereTheChallengerAloneIsWorseIsNamedFirst() {
        JsonNode found = compared("D1", 5);

        JsonNode first = found.path("segments").path(0);
        assertThat(first.path("conditions")).hasSize(1);
        assertThat(first.path("conditions").path(0).asText()).isEqualTo("segment = D1");
        assertThat(first.path("worse").asBoolean()).isTrue();
        assertThat(first.path("rows").asInt()).isEqualTo(400);
        assertThat(first.path("days").asInt()).isEqualTo(80);
        assertThat(first.path("effect").asDouble())
                .isEqualTo(first.path("loss").asDouble() - first.path("champion_loss").asDouble(), within(1e-12))
                .isGreaterThan(first.path("effect_lower").asDouble())
                .isLessThan(first.path("effect_upper").asDouble());
        assertThat(first.path("effect_lower").asDouble()).isPositive();
        assertThat(first.path("share_of_rows").asDouble()).isEqualTo(0.25);
        assertThat(first.path("share_of_loss").asDouble()).isGreaterThan(0.25);
        assertThat(first.path("share_of_excess").asDouble()).isBetween(0.9, 1.1);
        assertThat(found.path("segments").size()).isBetween(1, 5);
        assertThat(found.path("of").asText()).isEqualTo("log_loss");
        assertThat(found.path("effect").asDouble()).isEqualTo(first.path("effect").asDouble() / 4, within(0.01));
        assertThat(found.path("verdict").asText()).startsWith("Worst where segment = D1 (400 of 1,600 events): it lost ");
    }

    @Test
    void whereTheChallengerIsNowhereWorseNoneStandsOut() {
        int named = 0;
        for (long seed = 0; seed < 20; seed++) {
            champion.clear();
            challenger.clear();
            JsonNode found = compared("none", seed);
            named += found.path("worse").asInt() > 0 ? 1 : 0;
            assertThat(found.path("searched").asInt()).isGreaterThan(10);
        }

        assertThat(named).as("of 20, 1 is allowed in the mean").isLessThanOrEqualTo(3);
        assertThat(compared("none", 0).path("verdict").asText()).startsWith("No segment stands out: of ");
    }

    @Test
    void lastPredictionOfAnEventCountsAndWhatOneAloneHasDoesNot() {
        JsonNode before = compared("D1", 5).deepCopy();
        LoggedPrediction first = champion.getFirst();
        PredictionEvent event = first.event();
        champion.addFirst(new LoggedPrediction(
                new PredictionEvent(
                        new UUID(9, 9), FakeLeague.MODEL, 1, "champion", event.entity(), "D1", event.eventTime(), event.asOf(),
                        event.at().minusSeconds(60), new double[] {0.98, 0.01, 0.01}, event.features(), new double[0]),
                first.outcome(),
                first.outcomeKnownAt()));
        champion.add(logged("champion", 1, EVENTS, "D1", new double[] {0.1, 0.1, 0.8}, 0.1, "H"));
        challenger.add(logged("challenger", 2, EVENTS + 1, "D1", new double[] {0.1, 0.1, 0.8}, 0.1, "H"));
        champion.add(logged("champion", 1, EVENTS + 2, "D1", new double[] {0.1, 0.1, 0.8}, 0.1, "void"));
        challenger.add(logged("challenger", 2, EVENTS + 2, "D1", new double[] {0.8, 0.1, 0.1}, 0.1, "void"));

        ObjectNode after = WhereWorse.of(LOOP, champion, challenger, List.of("home_chance", "round"));

        assertThat(after).isEqualTo(before);
    }

    @Test
    void withoutEventsOfBothItIsNotKnown() {
        ObjectNode none = WhereWorse.of(LOOP, champion, challenger, List.of());

        assertThat(none.path("segments")).isEmpty();
        assertThat(none.path("effect").isNull()).isTrue();
        assertThat(none.path("verdict").asText())
                .isEqualTo("Where it is worse is not known: of 0 events that both predicted no segment has 30 rows on 8 days beside as many others.");
    }
}
