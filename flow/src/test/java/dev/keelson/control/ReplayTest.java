package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.control.Killer.Killed;
import dev.keelson.control.Killer.Moment;
import dev.keelson.control.Replay.PolicyResult;
import dev.keelson.control.Replay.PolicyState;
import dev.keelson.control.Replay.Scored;
import dev.keelson.control.ScheduleDefinition.OnFinding;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.InMemoryCatalog;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.serve.InMemoryPredictionLog;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.train.RetrainDefinition;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplayTest {
    private static final String MONTHLY = "0 3 1 * *";
    private static final double GENEROUS = 0.05;

    private final FakeLeague league = new FakeLeague();

    @Test
    void challengerIsShadowScoredThenPromoted() {
        league.weight = day -> day == 0 ? 0.6 : 1;
        league.build(7 * 16);
        State state = new State(LoopPolicy.THIS_POLICY);

        PolicyResult result = run(16, definition(MONTHLY), Killer.never(), state).getFirst();

        List<StepRecord> steps = steps(result);
        StepRecord trained = first(steps, step -> step.retrained() != null);
        assertThat(trained.date()).isEqualTo("2020-01-08"); // the first step that ends after 1 January, 03:00
        assertThat(trained.retrained()).isEqualTo(2);
        assertThat(trained.retrainReason()).isEqualTo("The schedule asks for a refresh.");
        assertThat(trained.champion()).isOne();
        StepRecord promoted = first(steps, step -> step.decision().equals("promote"));
        assertThat(promoted.date()).isAfter("2020-02-07"); // 30 settled match days later at the earliest
        assertThat(promoted.champion()).isEqualTo(2);
        List<LoggedPrediction> shadow = state.log.find(PredictionQuery.of(FakeLeague.MODEL, "challenger"));
        assertThat(shadow).allMatch(p -> p.event().version() == 2 && p.outcome() != null);
        assertThat(shadow).hasSize((int) Duration.between(day(trained), day(promoted)).toDays() * 4);
        assertThat(history(result).stream().map(Scored::version).distinct()).containsExactly(1, 2);
        assertThat(alias(state, ModelVersion.CHAMPION)).isEqualTo(2);
        assertThat(first(steps, step -> step.decision().equals("not_yet")).decisionReason())
                .startsWith("Not enough evidence yet: 6 of at least 30 settlement epochs.");
    }

    @Test
    void everyDecisionIsAuditedWithItsEvidence() throws JsonProcessingException {
        league.weight = day -> day == 0 ? 0.6 : 1;
        league.build(7 * 16);
        State state = new State(LoopPolicy.THIS_POLICY);

        PolicyResult result = run(16, definition(MONTHLY), Killer.never(), state).getFirst();

        List<AuditEntry> audit = state.catalog.read(tx -> tx.audit(FakeLeague.MODEL, 1_000)).reversed();
        assertThat(audit).extracting(AuditEntry::action).startsWith("register", "promote", "register", "not_yet");
        assertThat(audit).extracting(AuditEntry::actor).containsOnly("replay");
        List<StepRecord> decided =
                steps(result).stream().filter(step -> !step.decision().equals("none")).toList();
        List<AuditEntry> decisions = audit.stream()
                .filter(entry -> !entry.action().equals("register"))
                .skip(1)
                .toList();
        assertThat(decisions).extracting(AuditEntry::action).isEqualTo(decided.stream().map(StepRecord::decision).toList());
        assertThat(decisions)
                .extracting(entry -> entry.reason().split(": ", 2)[1]) // after the verdict
                .isEqualTo(decided.stream().map(StepRecord::decisionReason).toList());
        for (AuditEntry entry : decisions) {
            JsonNode evidence = new ObjectMapper().readTree(entry.evidence());
            assertThat(evidence.has("epochs")).isTrue();
            assertThat(evidence.has("mean_gain")).isTrue();
            assertThat(evidence.has("champion_accuracy")).isTrue();
        }
        AuditEntry promotion = decisions.stream()
                .filter(entry -> entry.action().equals("promote"))
                .findFirst()
                .orElseThrow();
        JsonNode evidence = new ObjectMapper().readTree(promotion.evidence());
        assertThat(evidence.get("epochs").asInt()).isGreaterThanOrEqualTo(30);
        assertThat(evidence.get("predictions").asInt()).isEqualTo(4 * evidence.get("epochs").asInt());
        assertThat(evidence.get("lower_bound").asDouble()).isGreaterThanOrEqualTo(-GENEROUS);
        assertThat(evidence.has("accepts_equal")).isTrue();
    }

    @Test
    void worseChallengerIsRejectedAndLeaves() {
        league.weight = day -> day == 0 ? 1 : day < 40 ? -1 : 1.01;
        league.build(7 * 16);
        State state = new State(LoopPolicy.THIS_POLICY);

        PolicyResult result = run(16, definition(MONTHLY), Killer.never(), state).getFirst();

        List<StepRecord> steps = steps(result);
        StepRecord rejected = first(steps, step -> step.decision().equals("reject"));
        assertThat(rejected.champion()).isOne();
        assertThat(rejected.decisionReason()).startsWith("The refresh is worse than the champion");
        assertThat(state.log.find(PredictionQuery.of(FakeLeague.MODEL, "challenger")))
                .filteredOn(p -> p.event().version() == 2)
                .allMatch(p -> p.event().eventTime().isBefore(day(rejected)));
        assertThat(steps).extracting(StepRecord::retrained).contains(3); // the next schedule finds the place free
        assertThat(history(result).stream().limit(4 * 7 * 5).map(Scored::version)).containsOnly(1);
    }

    @Test
    void scheduleThatComesWhileAChallengerIsJudgedSaysWhyItDoesNotTrain() {
        league.weight = day -> day == 0 ? 1 : 1.001;
        league.build(7 * 10);

        PolicyResult result =
                run(10, definition("0 3 * * 0"), Killer.never(), new State(LoopPolicy.THIS_POLICY)).getFirst();

        assertThat(steps(result).get(0).retrained()).isEqualTo(2);
        assertThat(steps(result).get(1).retrained()).isNull();
        assertThat(steps(result).get(1).retrainReason())
                .isEqualTo(
                        "The schedule asks for a refresh, but version 2 is still being compared; until then no other is trained.");
    }

    @Test
    void trainingThatGivesTheChampionAgainMakesNoVersion() {
        league.build(7 * 6);
        State state = new State(LoopPolicy.THIS_POLICY);

        PolicyResult result = run(6, definition(MONTHLY), Killer.never(), state).getFirst();

        assertThat(steps(result)).extracting(StepRecord::retrained).containsOnlyNulls();
        assertThat(steps(result))
                .extracting(StepRecord::retrainReason)
                .contains("The schedule asks for a refresh. Training gave the champion again; nothing new was known.");
        List<ModelVersion> versions = state.catalog.read(tx -> tx.versions(FakeLeague.MODEL));
        assertThat(versions).hasSize(1);
    }

    @Test
    void driftInAColumnThatMattersTrains() {
        league.shift = day -> day >= 35 ? 1.5 : 0;
        league.weight = day -> day == 0 ? 1 : 0.99;
        league.build(7 * 9);

        PolicyResult result = run(
                        9,
                        FakeLeague.definition(FakeLeague.gate(GENEROUS), null, OnFinding.RETRAIN),
                        Killer.never(),
                        new State(LoopPolicy.THIS_POLICY))
                .getFirst();

        List<StepRecord> steps = steps(result);
        assertThat(steps.stream().limit(5)).extracting(StepRecord::drift).containsOnly("insufficient", "none");
        StepRecord alarm = first(steps, step -> step.drift().equals("alarm"));
        assertThat(alarm.date()).isBeforeOrEqualTo("2020-02-19"); // the fault starts on 5 February: two weeks
        assertThat(alarm.retrained()).isEqualTo(2);
        assertThat(alarm.retrainReason()).startsWith("Drift in columns that matter. 1 of 3 columns moved far");
    }

    @Test
    void driftInAColumnThatDoesNotMatterIsReportedOnly() {
        league.scale = day -> day >= 35 ? 1.2 : 1;
        league.weight = day -> day == 0 ? 1 : 0.99;
        league.build(7 * 9);

        PolicyResult result = run(
                        9,
                        FakeLeague.definition(FakeLeague.gate(GENEROUS), null, OnFinding.RETRAIN),
                        Killer.never(),
                        new State(LoopPolicy.THIS_POLICY))
                .getFirst();

        StepRecord alarm = first(steps(result), step -> step.drift().equals("alarm"));
        assertThat(alarm.date()).isEqualTo("2020-02-12");
        assertThat(alarm.driftReason()).contains("overround");
        assertThat(alarm.retrained()).isNull();
        assertThat(alarm.retrainReason()).contains("What moved carries 0 % of the importance of the model");
    }

    @Test
    void decayTrains() {
        league.weight = day -> day == 0 ? 1 : 0.99;
        league.truth = day -> day < 14 ? 1 : -1;
        league.build(7 * 9);

        PolicyResult result = run(
                        9,
                        FakeLeague.definition(FakeLeague.gate(GENEROUS), null, OnFinding.ALERT),
                        Killer.never(),
                        new State(LoopPolicy.THIS_POLICY))
                .getFirst();

        List<StepRecord> steps = steps(result);
        assertThat(steps.getFirst().decay()).isEqualTo("not_enough_evidence");
        StepRecord decayed = first(steps, step -> step.decay().equals("decayed"));
        assertThat(decayed.retrained()).isEqualTo(2);
        assertThat(decayed.retrainReason()).startsWith("The champion has decayed. Worse than tolerated: loss ");
    }

    private static LoopDefinition scheduled(ScheduleDefinition.Job job) {
        LoopDefinition base = FakeLeague.definition(FakeLeague.gate(GENEROUS), null, OnFinding.ALERT);
        return new LoopDefinition(
                base.model(),
                base.drift(),
                base.decay(),
                base.promotion(),
                List.of(new ScheduleDefinition("monthly", MONTHLY, ZoneOffset.UTC, job, OnFinding.ALERT, null)),
                base.zone());
    }

    @Test
    void aScheduledUpdateGoesOnFromTheChampion() {
        league.build(7 * 9);
        State state = new State(LoopPolicy.THIS_POLICY);

        PolicyResult result =
                run(9, scheduled(ScheduleDefinition.Job.UPDATE), Killer.never(), state).getFirst();

        StepRecord trained = first(steps(result), step -> step.retrained() != null);
        assertThat(trained.date()).isEqualTo("2020-01-08");
        assertThat(trained.retrainReason()).isEqualTo("The schedule asks for an update. It went on.");
        assertThat(alias(state, ModelVersion.CHAMPION)).isOne();
    }

    @Test
    void scheduledReinforcementSaysWhyItDidNothing() {
        league.build(7 * 9);
        State state = new State(LoopPolicy.THIS_POLICY);

        PolicyResult result = run(9, scheduled(ScheduleDefinition.Job.REINFORCE), Killer.never(), state)
                .getFirst();

        StepRecord asked = first(steps(result), step -> !step.retrainReason().isEmpty());
        assertThat(asked.retrained()).isNull();
        assertThat(asked.retrainReason()).isEqualTo("The schedule asks for reinforcement. Too few mistakes.");
        List<ModelVersion> versions = state.catalog.read(tx -> tx.versions(FakeLeague.MODEL));
        assertThat(versions).hasSize(1);
    }

    @Test
    void policiesDiffer() {
        league.weight = day -> 0.6 + day / 1_000;
        league.build(7 * 6);
        State never = new State(LoopPolicy.NEVER_RETRAIN);
        State always = new State(LoopPolicy.ALWAYS_RETRAIN);
        State own = new State(LoopPolicy.THIS_POLICY);

        List<PolicyResult> results = run(6, definition(MONTHLY), Killer.never(), own, never, always);

        assertThat(results).extracting(PolicyResult::policy)
                .containsExactly(LoopPolicy.THIS_POLICY, LoopPolicy.NEVER_RETRAIN, LoopPolicy.ALWAYS_RETRAIN);
        assertThat(history(results.get(1)).stream().map(Scored::version)).containsOnly(1);
        assertThat(steps(results.get(1))).extracting(StepRecord::drift).containsOnly("off");
        assertThat(steps(results.get(1))).extracting(StepRecord::decision).containsOnly("none");
        assertThat(steps(results.get(2))).extracting(StepRecord::champion).containsExactly(2, 3, 4, 5, 6, 7);
        assertThat(steps(results.get(2))).extracting(StepRecord::decision).containsOnly("promote");
        assertThat(history(results.get(2)).stream().map(Scored::version).distinct()).containsExactly(1, 2, 3, 4, 5, 6);
        for (PolicyResult result : results) {
            assertThat(history(result)).extracting(Scored::entity)
                    .isEqualTo(history(results.getFirst()).stream().map(Scored::entity).toList());
            assertThat(history(result)).filteredOn(scored -> !scored.settled()).hasSize(4); // the last day
        }
    }

    @Test
    void everyEventIsPredictedOnceAndSettled() {
        league.build(7 * 3);
        State state = new State(LoopPolicy.NEVER_RETRAIN);

        run(3, definition(null), Killer.never(), state);

        List<LoggedPrediction> all = state.log.find(PredictionQuery.of(FakeLeague.MODEL, "champion"));
        assertThat(all).hasSize(21 * 4);
        assertThat(new TreeSet<>(all.stream().map(p -> p.event().id()).toList())).hasSize(21 * 4);
        assertThat(all).allMatch(p -> p.event().asOf().equals(p.event().eventTime()));
        assertThat(all.stream().filter(p -> p.outcome() != null)).hasSize(20 * 4);
    }

    @Test
    void sameReplayTwiceGivesTheSameDocument() {
        league.weight = day -> day == 0 ? 0.6 : 1;
        league.build(7 * 12);

        assertThat(document(12, Killer.never(), states())).isEqualTo(document(12, Killer.never(), states()));
    }

    @Test
    void finishedReplayIsReadBackWithoutDoingAnything() {
        league.weight = day -> day == 0 ? 0.6 : 1;
        league.build(7 * 12);
        List<State> states = states();
        String first = document(12, Killer.never(), states);
        List<Integer> steps = new ArrayList<>();
        FakeLeague.Trainer trainer = league.trainer(Killer.never());

        List<PolicyResult> again = Replay.run(
                FakeLeague.settings(12),
                league.world(Killer.never()),
                List.of(definition(MONTHLY)),
                Map.of(FakeLeague.MODEL, trainer),
                states.stream().map(state -> state.opened(Killer.never())).toList(),
                (done, of, at) -> steps.add(done));

        assertThat(document(again, states)).isEqualTo(first);
        assertThat(steps).isEmpty();
        assertThat(trainer.trainings).isEmpty();
    }

    @Test
    void policyAddedLaterLeavesTheOthersAlone() {
        league.weight = day -> day == 0 ? 0.6 : 1;
        league.build(7 * 8);
        List<State> together = states();
        String expected = document(8, Killer.never(), together);
        List<State> states = states();
        document(8, Killer.never(), states.subList(0, 1));

        String document = document(8, Killer.never(), states);

        assertThat(document).isEqualTo(expected);
    }

    @Test
    void killedAnywhereAndStartedAgainItGivesTheSameDocument() {
        league.weight = day -> day < 14 ? 0.6 : day < 60 ? 0.9 : 1;
        league.build(7 * 8);
        Killer counter = Killer.never();
        String expected = document(8, counter, states());
        int calls = counter.calls();
        int stride = Integer.getInteger("keelson.test.kill_stride", 7);

        int first = 0;
        for (Moment moment : Moment.values()) {
            first++; // another residue for each moment
            for (int call = first; call <= calls; call += stride) {
                List<State> states = states();
                Killer killer = Killer.at(call, moment);

                assertThatThrownBy(() -> document(8, killer, states)).isInstanceOf(Killed.class);
                assertThat(document(8, Killer.never(), states))
                        .as("killed %s call %d of %d", moment, call, calls)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void killedAgainAndAgainItGetsThereInTheEnd() {
        league.weight = day -> day < 14 ? 0.6 : day < 60 ? 0.9 : 1;
        league.build(7 * 8);
        String expected = document(8, Killer.never(), states());
        List<State> states = states();
        String document = null;
        int kills = 0;
        List<Moment> moments = List.of(Moment.BEFORE, Moment.AMIDST, Moment.AFTER);
        while (document == null) {
            try {
                document = document(8, Killer.at(60 + 13 * (kills % 5), moments.get(kills % moments.size())), states);
            } catch (Killed e) {
                kills++;
            }
        }

        assertThat(document).isEqualTo(expected);
        assertThat(kills).isGreaterThan(3);
    }

    @Test
    void canaryAnswersItsShareBeforeItServesAlone() {
        league.weight = day -> day == 0 ? 0.6 : 1;
        league.build(7 * 16);
        State state = new State(LoopPolicy.THIS_POLICY);

        PolicyResult result = run(16, withCanary(definition(MONTHLY)), Killer.never(), state).getFirst();

        List<StepRecord> steps = steps(result);
        StepRecord begun = first(steps, step -> step.decision().equals("canary"));
        StepRecord promoted = first(steps, step -> step.decision().equals("promote"));
        assertThat(begun.champion()).isOne();
        assertThat(begun.decisionReason()).startsWith("It answers 25 % of the requests for 10 days at least. ");
        assertThat(promoted.date()).isEqualTo(begun.date().plusDays(14)); // the first step that ends after ten days
        int from = Math.toIntExact(begun.date().toEpochDay());
        int to = Math.toIntExact(promoted.date().toEpochDay());
        List<Scored> during = history(result).stream().filter(each -> each.day() >= from && each.day() < to).toList();
        long answered = during.stream().filter(each -> each.version() == 2).count();
        assertThat(during).hasSize(14 * 4);
        assertThat(answered).isBetween(5L, 24L);
        assertThat(promoted.decisionReason()).startsWith("It answered %d requests since ".formatted(answered));
        assertThat(history(result).stream().filter(each -> each.day() < from).map(Scored::version)).containsOnly(1);
        assertThat(state.log.find(PredictionQuery.of(FakeLeague.MODEL, "challenger")))
                .hasSize((int) (Duration.between(day(first(steps, step -> step.retrained() != null)), day(promoted)).toDays() * 4 - answered));
    }

    @Test
    void killedInItsCanaryItGivesTheSameDocument() {
        league.weight = day -> day == 0 ? 0.6 : 1;
        league.build(7 * 12);
        LoopDefinition definition = withCanary(definition(MONTHLY));
        Killer counter = Killer.never();
        List<State> whole = List.of(new State(LoopPolicy.THIS_POLICY));
        String expected = document(run(12, definition, counter, whole.getFirst()), whole);
        assertThat(expected).contains("\"decision\":\"canary\"").contains("\"decision\":\"promote\"");

        for (int call = counter.calls() / 2; call <= counter.calls(); call += 11) {
            State state = new State(LoopPolicy.THIS_POLICY);
            Killer killer = Killer.at(call, Moment.values()[call % Moment.values().length]);

            assertThatThrownBy(() -> run(12, definition, killer, state)).isInstanceOf(Killed.class);
            assertThat(document(run(12, definition, Killer.never(), state), List.of(state))).as("call %d", call).isEqualTo(expected);
        }
    }

    /** A quarter of the requests for ten days. */
    private static LoopDefinition withCanary(LoopDefinition loop) {
        RetrainDefinition rules = RetrainDefinition.DEFAULT;
        return new LoopDefinition(
                loop.model(), loop.drift(), loop.decay(), loop.promotion(), loop.schedules(),
                new RetrainDefinition(
                        rules.coolDown(), null, null, rules.shadow(), 0.25, Duration.ofDays(10), rules.giveUp(), Map.of()),
                loop.zone());
    }

    @Test
    void lastStepMayBeShorter() {
        Replay.Settings settings = new Replay.Settings(
                "x", FakeLeague.START, FakeLeague.START.plus(Duration.ofDays(10)), Duration.ofDays(7), ZoneOffset.UTC);

        assertThat(settings.steps()).isEqualTo(2);
        assertThat(settings.at(0)).isEqualTo(FakeLeague.START);
        assertThat(settings.at(2)).isEqualTo(FakeLeague.START.plus(Duration.ofDays(10)));
        assertThat(new Replay.Settings("x", Instant.EPOCH, Instant.ofEpochSecond(0, 3), Duration.ofNanos(2), ZoneOffset.UTC).steps())
                .isEqualTo(2);
    }

    @Test
    void stepsOfWholeDaysFollowTheCalendarOverTheChangeOfTheClocks() {
        ZoneId london = ZoneId.of("Europe/London");
        Instant monday = LocalDate.of(2020, 3, 16).atStartOfDay(london).toInstant();
        Instant end = LocalDate.of(2020, 11, 2).atStartOfDay(london).toInstant();

        Replay.Settings weeks = new Replay.Settings("x", monday, end, Duration.ofDays(7), london);
        Replay.Settings hours = new Replay.Settings("x", monday, end, Duration.ofHours(36), london);

        assertThat(weeks.steps()).isEqualTo(33);
        for (int i = 0; i <= weeks.steps(); i++) {
            assertThat(weeks.at(i).atZone(london).toLocalTime()).isEqualTo(LocalTime.MIDNIGHT);
            assertThat(weeks.at(i).atZone(london).getDayOfWeek()).isEqualTo(DayOfWeek.MONDAY);
        }
        assertThat(Duration.between(weeks.at(1), weeks.at(2))).isEqualTo(Duration.ofHours(167));
        assertThat(Duration.between(hours.at(8), hours.at(9))).isEqualTo(Duration.ofHours(36));
    }

    @Test
    void daysOfTwentyThreeAndTwentyFiveHoursAreEachOneStep() {
        ZoneId london = ZoneId.of("Europe/London");
        Duration day = Duration.ofDays(1);
        Instant spring = LocalDate.of(2020, 3, 29).atStartOfDay(london).toInstant();
        Instant autumn = LocalDate.of(2020, 10, 25).atStartOfDay(london).toInstant();

        assertThat(new Replay.Settings("x", spring, spring.plus(Duration.ofHours(23)), day, london).steps())
                .isEqualTo(1);
        assertThat(new Replay.Settings("x", autumn, autumn.plus(Duration.ofHours(25)), day, london).steps())
                .isEqualTo(1);
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new Replay.Settings("x", Instant.EPOCH, Instant.EPOCH, Duration.ofDays(7), ZoneOffset.UTC))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> new Replay.Settings("x", Instant.EPOCH, Instant.EPOCH.plusSeconds(1), Duration.ZERO, ZoneOffset.UTC))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void modelWithoutTrainerIsRefused() {
        league.build(7);

        assertThatThrownBy(() -> Replay.run(
                        FakeLeague.settings(1),
                        league.world(Killer.never()),
                        List.of(definition(null)),
                        Map.of(),
                        List.of(new State(LoopPolicy.THIS_POLICY).opened(Killer.never())),
                        (done, of, at) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There is no trainer for the model (result).");
    }

    @Test
    void stepRecordSurvivesJson() {
        league.weight = day -> day == 0 ? 0.6 : 1;
        league.build(7 * 6);

        for (StepRecord step : steps(run(6, definition(MONTHLY), Killer.never(), new State(LoopPolicy.THIS_POLICY))
                .getFirst())) {
            assertThat(StepRecord.fromJson(step.toJson())).isEqualTo(step);
        }
    }

    /** What survives a kill. */
    private static final class State {
        final LoopPolicy policy;
        final Catalog catalog = new InMemoryCatalog();
        final PredictionLog log = new InMemoryPredictionLog();

        State(LoopPolicy policy) {
            this.policy = policy;
        }

        PolicyState opened(Killer killer) {
            return new PolicyState(policy, killer.catalog(catalog), killer.log(log));
        }
    }

    private static List<State> states() {
        return Arrays.stream(LoopPolicy.values()).map(State::new).toList();
    }

    private static LoopDefinition definition(@Nullable String retrainCron) {
        return FakeLeague.definition(FakeLeague.gate(GENEROUS), retrainCron, OnFinding.RETRAIN);
    }

    private List<PolicyResult> run(int steps, LoopDefinition definition, Killer killer, State... states) {
        return Replay.run(
                FakeLeague.settings(steps),
                league.world(killer),
                List.of(definition),
                Map.of(FakeLeague.MODEL, league.trainer(killer)),
                Arrays.stream(states).map(state -> state.opened(killer)).toList(),
                (done, of, at) -> {});
    }

    private String document(int steps, Killer killer, List<State> states) {
        return document(run(steps, definition("0 3 * * 0"), killer, states.toArray(new State[0])), states);
    }

    /** Everything a replay returns and leaves behind. */
    private static String document(List<PolicyResult> results, List<State> states) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (int i = 0; i < results.size(); i++) {
            PolicyResult result = results.get(i);
            State state = states.get(i);
            String name = result.policy().word();
            all.put(name + " timeline", steps(result).stream().map(StepRecord::toJson).toList());
            all.put(name + " history", history(result).stream()
                    .map(s -> s.entity() + s.day() + s.version() + Arrays.toString(s.probabilities()) + s.outcome())
                    .toList());
            all.put(name + " catalog", state.catalog.read(tx -> List.of(
                    tx.versions(FakeLeague.MODEL),
                    tx.runs(null, 1_000),
                    tx.alias(FakeLeague.MODEL, ModelVersion.CHAMPION),
                    tx.alias(FakeLeague.MODEL, ModelVersion.CHALLENGER),
                    tx.audit(null, 1_000),
                    tx.reports("drift", null, 1_000),
                    tx.reports("decay", null, 1_000),
                    tx.reports("label_shift", null, 1_000),
                    tx.reports("replay_step", null, 1_000))));
            all.put(name + " log", state.log.position() + " " + state.log.lag() + " " + List.of("champion", "challenger").stream()
                    .flatMap(role -> state.log.find(PredictionQuery.of(FakeLeague.MODEL, role)).stream())
                    .map(p -> p.event().id() + " " + p.event().version() + Arrays.toString(p.event().probabilities())
                            + Arrays.toString(p.event().features()) + Arrays.toString(p.event().watched()) + p.outcome()
                            + p.outcomeKnownAt())
                    .toList());
        }
        return all.toString();
    }

    private static List<StepRecord> steps(PolicyResult result) {
        return Objects.requireNonNull(result.timeline().get(FakeLeague.MODEL));
    }

    private static List<Scored> history(PolicyResult result) {
        return Objects.requireNonNull(result.history().get(FakeLeague.MODEL));
    }

    private static StepRecord first(List<StepRecord> steps, Predicate<StepRecord> matching) {
        return steps.stream().filter(matching).findFirst().orElseThrow(() -> new AssertionError("No such step: " + steps));
    }

    private static Instant day(StepRecord step) {
        return step.date().atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static int alias(State state, String alias) {
        return state.catalog.read(tx -> tx.alias(FakeLeague.MODEL, alias)).orElseThrow().version();
    }
}
