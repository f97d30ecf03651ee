package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.control.AlphaBudget;
import dev.keelson.control.DecisionPlan;
import dev.keelson.control.EpochKey;
import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.control.ScheduleDefinition;
import dev.keelson.control.Together;
import dev.keelson.data.CheckDefinition.Severity;
import dev.keelson.data.ColumnDefinition;
import dev.keelson.data.ColumnDefinition.OnFail;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.frame.ColumnType;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.ModelDefinition.Baseline;
import dev.keelson.train.ModelDefinition.Calibration;
import dev.keelson.train.ModelDefinition.Combine;
import dev.keelson.train.ModelDefinition.Folding;
import dev.keelson.train.ModelDefinition.LearnerDefinition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectReaderTest {
    private static final String MINIMAL = """
        keelson: 1
        project: small
        timezone: UTC
        sources:
          events:
            file: ${FOLDER:-data}/events.csv
            key: id
            event_time: at
            columns: { id: string, at: timestamp, x: double }
        """;

    @TempDir
    Path folder;

    @Test
    void sourceIsReadAsWritten() {
        Project project = FootballProject.read(folder, FootballProject.TEXT);

        SourceDefinition source = project.sources().getFirst();

        assertThat(project.name()).isEqualTo("football-tips");
        assertThat(project.zone()).isEqualTo(ZoneId.of("Europe/London"));
        assertThat(project.folder()).isAbsolute().isEqualTo(folder.toAbsolutePath());
        assertThat(source.file().text()).isEqualTo("data/football/matches.csv.gz");
        assertThat(source.key()).containsExactly("div", "date", "HomeTeam", "AwayTeam");
        assertThat(source.eventTime()).isEqualTo("date");
        assertThat(source.cursor()).isEqualTo("date");
        assertThat(source.lateWindow()).isEqualTo(Duration.ofDays(3));
        assertThat(source.knownAfter()).isEqualTo(Duration.ofDays(1));
        assertThat(source.zone()).isEqualTo(ZoneId.of("Europe/London"));
        assertThat(source.outcomes()).contains("FTHG", "FTR", "AR", "AvgCA").doesNotContain("AvgA", "HomeTeam");
        assertThat(source.checks()).extracting(check -> check.severity()).contains(Severity.BLOCK, Severity.WARN);
        assertThat(source.checks())
                .extracting(check -> check.condition().text())
                .contains("missing(AvgH) == 0");
    }

    @Test
    void columnsHaveTheirTypesAndRules() {
        Project project = FootballProject.read(folder, FootballProject.TEXT);

        List<ColumnDefinition> columns = project.sources().getFirst().columns();

        assertThat(column(columns, "FTR").type()).isEqualTo(ColumnType.STRING);
        assertThat(column(columns, "FTR").values()).containsExactly("H", "D", "A");
        assertThat(column(columns, "AvgH").min()).isEqualTo(1.01);
        assertThat(column(columns, "AvgH").onFail()).isEqualTo(OnFail.QUARANTINE);
        assertThat(column(columns, "B365H").onFail()).isEqualTo(OnFail.NULL);
        assertThat(column(columns, "HomeTeam").required()).isTrue();
        assertThat(column(columns, "season").required()).isFalse();
        assertThat(column(columns, "HomeTeam").location()).isEqualTo(place("HomeTeam: {"));
    }

    private static ColumnDefinition column(List<ColumnDefinition> columns, String name) {
        return columns.stream()
                .filter(column -> column.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void viewsKeepTheirRolesAndFolds() {
        Project project = FootballProject.read(folder, FootballProject.TEXT);

        FeatureViewDefinition form = project.views().get(0);
        FeatureViewDefinition.Unpivot unpivot = Objects.requireNonNull(form.unpivot());
        FeatureViewDefinition ratings = project.views().get(1);
        FeatureViewDefinition league = project.views().get(3);

        assertThat(unpivot.keyByRole()).containsExactly(Map.entry("home", "HomeTeam"), Map.entry("away", "AwayTeam"));
        assertThat(unpivot.columns().get("goals_against")).containsEntry("home", "FTAG");
        assertThat(form.ttl()).isEqualTo(Duration.ofDays(400));
        assertThat(form.features().get(1).text().location()).isEqualTo(place(FootballProject.MEAN));
        assertThat(ratings.key()).isNull();
        assertThat(ratings.unpivot()).isNull();
        assertThat(league.key()).isEqualTo("div");
        assertThat(project.entities()).containsExactly(Map.entry("team", "team"), Map.entry("league", "league"));
    }

    @Test
    void modelIsReadWithItsClassesAndLearners() {
        ModelDefinition model =
                FootballProject.read(folder, FootballProject.TEXT).models().getFirst();

        assertThat(model.name()).isEqualTo("football-1x2");
        assertThat(model.source()).isEqualTo("matches");
        assertThat(model.label().address()).isEqualTo("matches.FTR");
        assertThat(model.classes()).containsExactly("H", "D", "A");
        assertThat(model.learners()).extracting(LearnerDefinition::name).containsExactly("xgboost", "logistic");
        assertThat(model.combine()).isEqualTo(Combine.BLEND);
        assertThat(model.folds()).isEqualTo(6);
        assertThat(model.test()).isEqualTo(Duration.ofDays(365));
        assertThat(model.embargo()).isEqualTo(Duration.ofDays(2));
        assertThat(model.calibration()).isEqualTo(Calibration.TEMPERATURE);
        assertThat(model.backtest())
                .isEqualTo(dev.keelson.train.BacktestDefinition.Stakes.of(
                        List.of("AvgH", "AvgD", "AvgA"),
                        new dev.keelson.train.BacktestDefinition.Stake.Kelly(
                                0.25, dev.keelson.train.BacktestDefinition.Stake.Kind.EXCLUSIVE),
                        1000));
        assertThat(model.baselines())
                .containsExactly(new Baseline.Frequencies(), new Baseline.Market(List.of("AvgH", "AvgD", "AvgA")));
        assertThat(model.seed()).isEqualTo(42);
    }

    @Test
    void extendedModelHasEverythingOfItsParentAndItsOwn() {
        List<ModelDefinition> models =
                FootballProject.read(folder, FootballProject.TEXT).models();

        ModelDefinition parent = models.get(0);
        ModelDefinition child = models.get(1);

        assertThat(child.name()).isEqualTo("football-1x2-odds");
        assertThat(child.features())
                .startsWith(parent.features().toArray(Located[]::new))
                .hasSize(6);
        assertThat(child.features().getLast().text()).isEqualTo("implied(AvgH, AvgD, AvgA)");
        assertThat(child.derive()).isEqualTo(parent.derive());
        assertThat(child.learners()).isEqualTo(parent.learners());
        assertThat(child.embargo()).isEqualTo(parent.embargo());
    }

    @Test
    void promotionHasSeveralRulesAndAsksAPerson() {
        String text = FootballProject.with(
                "    preset: recommended\n",
                "    preset: [acis, winmix, recommended]\n    when: [accuracy > 0.70, better_than_champion >= 3%]\n    approve: person\n");

        PromotionPolicyDefinition promotion = FootballProject.read(folder, text).promotion().getFirst();

        assertThat(promotion.presets())
                .containsExactly(
                        PromotionPolicyDefinition.Preset.ACIS,
                        PromotionPolicyDefinition.Preset.WINMIX,
                        PromotionPolicyDefinition.Preset.RECOMMENDED);
        assertThat(promotion.when()).extracting(Object::toString).containsExactly("accuracy > 0.7", "better_than_champion >= 3%");
        assertThat(promotion.approval()).isTrue();
    }

    @Test
    void limitThatNoTrainingOfAModelCanMeetIsRefused() {
        String text = FootballProject.with("    preset: recommended\n", "    when: [rmse <= 0.1, accuracy > 0.4, f1 > 0.5, days >= 3]\n");

        assertThatThrownBy(() -> FootballProject.read(folder, text))
                .hasMessageContaining("has limits on [f1, rmse], which trainings of `football-1x2` do not keep; there are [accuracy, balanced_accuracy,");
    }

    private void cron(String cron, String... told) {
        String text = FootballProject.with("cron: \"0 2 * * *\"", "cron: \"%s\"".formatted(cron));
        assertThatThrownBy(() -> FootballProject.read(folder, text)).hasMessageContainingAll(told);
    }

    @Test
    void fieldOfACronThatIsOutOfItsRangeIsNamed() {
        cron("61 25 * * *", "the minute is `61`, and 0 to 59 was expected", "the hour is `25`, and 0 to 23 was expected");
        cron("0 3 1 FEBR *", "the month is `FEBR`");
        cron("0 3 1 *", "4 fields, and five fields were expected");
    }

    @Test
    void cronThatIsNeverDueIsRefused() {
        cron("0 3 30 2 *", "`0 3 30 2 *`, which is never due: no year has such a day");
        assertThat(FootballProject.read(folder, FootballProject.with("cron: \"0 2 * * *\"", "cron: \"0 3 29 2 *\"")).schedules())
                .isNotEmpty();
    }

    @Test
    void promotionHasAPlanABudgetAndAWatch() {
        String text = FootballProject.TEXT.replace(
                "    change:  { alpha: 0.05 }",
                """
                    change:  { alpha: 0.01, profit: 5, worthwhile: 0.001, strict: true, look_every: 7 }
                    horizon: 182
                    overlapping: 3
                    epoch: segment
                    budget: { alpha: 20%, when_spent: raise }
                    watch: 60""".indent(4).stripTrailing());
        PromotionPolicyDefinition promotion = FootballProject.read(folder, text).promotion().getFirst();

        assertThat(promotion.changeAlpha()).isEqualTo(0.01);
        assertThat(promotion.plan()).isEqualTo(new DecisionPlan(182, 7, true, 0.001, 3, 0.05, 5, EpochKey.SEGMENT, Together.ALONE));
        assertThat(promotion.budget()).isEqualTo(new AlphaBudget(0.2, AlphaBudget.WhenSpent.RAISE));
        assertThat(promotion.watch()).isEqualTo(60);
    }

    @Test
    void challengersMayShareALevel() {
        String shared = FootballProject.TEXT.replace(
                "    change:  { alpha: 0.05 }", "    change:  { alpha: 0.05, together: { challengers: 4, bound: share } }");
        String looks = shared.replace("bound: share }", "}, look_every: 7");

        assertThat(FootballProject.read(folder, shared).promotion().getFirst().plan().together())
                .isEqualTo(new Together(4, Together.Bound.SHARE));
        assertThatThrownBy(() -> FootballProject.read(folder, looks))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("`together` combines evidence that holds at any time");
    }

    @Test
    void presetStandsForTheSchedulesOfASystem() {
        String text = FootballProject.TEXT.replace("schedules:\n", "schedules:\n  preset: acis\n  more: pikkit\n");

        List<ScheduleDefinition> schedules = FootballProject.read(folder, text).schedules();

        ScheduleDefinition loop = schedules.stream().filter(each -> each.name().equals("loop")).findFirst().orElseThrow();
        assertThat(loop.cron()).isEqualTo("0 3 * * *");
        assertThat(loop.zone()).isEqualTo(java.time.ZoneId.of("UTC"));
        assertThat(loop.onFinding()).isEqualTo(ScheduleDefinition.OnFinding.RETRAIN);
        assertThat(schedules.stream().filter(each -> each.name().equals("drift"))).hasSize(1); // that of the file
    }

    @Test
    void monitorsPoliciesAndSchedulesAreRead() {
        Project project = FootballProject.read(folder, FootballProject.TEXT);

        DriftMonitorDefinition drift = project.drift().getFirst();
        PromotionPolicyDefinition promotion = project.promotion().getFirst();
        ScheduleDefinition schedule = project.schedules().get(1);

        assertThat(drift.models()).containsExactly("football-1x2", "football-1x2-odds");
        assertThat(drift.window()).isEqualTo(Duration.ofDays(7));
        assertThat(drift.minRows()).isEqualTo(100);
        assertThat(drift.policy()).isEqualTo(DriftMonitorDefinition.Policy.RECOMMENDED);
        assertThat(drift.watch()).containsKeys("avg_overround", "b365_overround");
        assertThat(project.decay().getFirst().metric(false)).isEqualTo(Metric.LOG_LOSS);
        assertThat(project.decay().getFirst().worseBy()).isEqualTo(0.05);
        assertThat(promotion.refreshMargin()).isEqualTo(0.005);
        assertThat(promotion.refreshMetric()).isEqualTo(Metric.LOG_LOSS);
        assertThat(promotion.changeAlpha()).isEqualTo(0.05);
        assertThat(promotion.guards()).hasSize(2);
        assertThat(schedule.job()).isEqualTo(ScheduleDefinition.Job.DRIFT);
        assertThat(schedule.onFinding()).isEqualTo(ScheduleDefinition.OnFinding.RETRAIN);
        assertThat(schedule.cron()).isEqualTo("0 2 * * *");
    }

    @ParameterizedTest
    @CsvSource({"recommended, 7", "pikkit, 7", "acis, 7", "n1v1, 30", "winmix, 7"})
    void aPolicyBringsItsWindowWhereNoneIsNamed(String policy, int days) {
        String own = FootballProject.TEXT.replace("policy: recommended", "policy: " + policy);
        String unnamed = own.replaceAll("    current: .*\n", "");

        DriftMonitorDefinition brought = FootballProject.read(folder, unnamed).drift().getFirst();
        DriftMonitorDefinition named = FootballProject.read(folder, own).drift().getFirst();

        assertThat(unnamed).isNotEqualTo(own);
        assertThat(brought.policy().word()).isEqualTo(policy);
        assertThat(brought.window()).isEqualTo(Duration.ofDays(days));
        assertThat(brought.minRows()).isEqualTo(100);
        assertThat(named.window()).isEqualTo(Duration.ofDays(7));
    }

    @Test
    void onlineStoreIsEmbeddedUnlessAnAddressIsGiven() {
        for (String stores : List.of("", "stores: { online: embedded }\n", "stores: { online: '${NOTHING:-}' }\n", "stores: {}\n")) {
            assertThat(FootballProject.read(folder, stores + FootballProject.TEXT).onlineStore()).as(stores).isNull();
        }
        for (String address : List.of("postgresql://u:p@h/d", "redis://:p@h:1/2", "rediss://h", "jdbc:postgresql://h/d")) {
            Project project = FootballProject.read(
                    folder,
                    "stores: { online: '${ONLINE_STORE}' }\n" + FootballProject.TEXT,
                    FootballProject.HEADERS,
                    Map.of("ONLINE_STORE", address));
            assertThat(String.valueOf(project.onlineStore())).isEqualTo(address);
        }
    }

    @Test
    void catalogueIsEmbeddedUnlessAnAddressIsGiven() {
        for (String stores : List.of("", "stores: { catalog: embedded }\n", "stores: { catalog: '${NOTHING:-}' }\n")) {
            assertThat(FootballProject.read(folder, stores + FootballProject.TEXT).catalogStore()).as(stores).isNull();
        }
        Project project = FootballProject.read(
                folder,
                "stores: { catalog: '${CATALOG_STORE}' }\n" + FootballProject.TEXT,
                FootballProject.HEADERS,
                Map.of("CATALOG_STORE", "postgresql://u:p@h/d"));
        assertThat(String.valueOf(project.catalogStore())).isEqualTo("postgresql://u:p@h/d");
        assertThat(project.onlineStore()).isNull();

        KeelsonException failure = catchThrowableOfType(
                KeelsonException.class,
                () -> FootballProject.read(
                        folder,
                        "stores: { catalog: '${CATALOG_STORE}' }\n" + FootballProject.TEXT,
                        FootballProject.HEADERS,
                        Map.of("CATALOG_STORE", "redis://u:hunter2@h/1")));
        assertThat(failure.code()).isEqualTo(ErrorCode.BAD_VALUE);
        assertThat(failure).hasMessageContaining("stores.catalog").hasMessageNotContaining("hunter2");
    }

    @Test
    void onlineStoreThatIsNoneIsRefusedWithoutShowingIt() {
        KeelsonException failure = catchThrowableOfType(
                KeelsonException.class,
                () -> FootballProject.read(
                        folder,
                        "stores: { online: '${ONLINE_STORE}' }\n" + FootballProject.TEXT,
                        FootballProject.HEADERS,
                        Map.of("ONLINE_STORE", "mysql://u:hunter2@h/d")));

        assertThat(failure.code()).isEqualTo(ErrorCode.BAD_VALUE);
        assertThat(failure).hasMessageContaining("stores.online").hasMessageNotContaining("hunter2");
        assertThat(catchThrowableOfType(
                                KeelsonException.class,
                                () -> FootballProject.read(
                                        folder,
                                        "stores: { online: 'redis://:hunter2@h' }\n" + FootballProject.TEXT))
                        .code())
                .isEqualTo(ErrorCode.SECRET_IN_FILE);
    }

    @Test
    void learnerSettingsKeepTheirTypes() {
        String text = FootballProject.with(
                FootballProject.ENSEMBLE,
                "ensemble: [{ xgboost: { rounds: 80, learning_rate: 0.05 } }, logistic]");

        ModelDefinition model = FootballProject.read(folder, text).models().getFirst();

        assertThat(model.learners().getFirst().settings()).isEqualTo(Map.of("rounds", 80L, "learning_rate", 0.05));
    }

    @Test
    void singleLearnerIsNotCombined() {
        String text = FootballProject.with(FootballProject.LEARNER, "{ logistic: { l2: 1.5 } }");

        ModelDefinition model = FootballProject.read(folder, text).models().getFirst();

        assertThat(model.combine()).isEqualTo(Combine.NONE);
        assertThat(model.learners()).containsExactly(new LearnerDefinition("logistic", Map.of("l2", 1.5)));
    }

    @Test
    void learnerMadeOfLearnersHasMembers() {
        String text = FootballProject.with(
                FootballProject.LEARNER,
                "{ voting: { members: [xgboost, { logistic: { l2: 1.5 } }], vote: soft, weights: [2, 0.5] } }");

        ModelDefinition model = FootballProject.read(folder, text).models().getFirst();

        assertThat(model.combine()).isEqualTo(Combine.NONE);
        assertThat(model.learners())
                .containsExactly(new LearnerDefinition(
                        "voting",
                        Map.of("vote", "soft", "weights", "2, 0.5"),
                        List.of(
                                new LearnerDefinition("xgboost", Map.of()),
                                new LearnerDefinition("logistic", Map.of("l2", 1.5)))));
    }

    @Test
    void presetStandsForItsLearners() {
        ModelDefinition best = FootballProject.read(folder, FootballProject.with(FootballProject.LEARNER, "best"))
                .models()
                .getFirst();
        ModelDefinition fast = FootballProject.read(folder, FootballProject.with(FootballProject.LEARNER, "fast"))
                .models()
                .getFirst();

        assertThat(best.learners()).singleElement().satisfies(learner -> {
            assertThat(learner.name()).isEqualTo("greedy");
            assertThat(learner.members()).hasSize(4);
        });
        assertThat(fast.combine()).isEqualTo(Combine.BLEND);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ greedy: { members: [xgboost] } } | at least 2",
                "{ greedy: { rounds: 5 } } | `members` is missing",
                "{ stacking: { members: [xgboost, forest] } } | forest",
                "{ stacking: { members: [xgboost, xgboost] } } | occurs twice",
                "{ stacking: { members: [xgboost, linear] } } | `linear` predicts numbers",
                "{ voting: { members: [xgboost, logistic], rounds: 3 } } | unknown key `rounds`",
                "{ voting: { members: [xgboost, logistic], weights: [3] } } | 1 weights for 2 members",
                "{ bagging: { members: [xgboost], split: random } } | `purged_kfold`",
                "{ voting: { members: [xgboost, logistic] }, xgboost: {} } | more than one learner",
            })
    void wrongEnsemblesAreReported(String learner, String message) {
        String text = FootballProject.with(FootballProject.LEARNER, learner);

        assertThatThrownBy(() -> FootballProject.read(folder, text)).hasMessageContaining(message);
    }

    @Test
    void weightsAreBalancedOrAColumn() {
        String label = "    label: matches.FTR\n";

        ModelDefinition balanced = FootballProject.read(
                        folder, FootballProject.with(label, label + "    weights: balanced\n"))
                .models()
                .getFirst();

        assertThat(balanced.weighting()).isEqualTo(new ModelDefinition.Weighting.Balanced());
        assertThatThrownBy(() -> FootballProject.read(
                        folder, FootballProject.with(label, label + "    weights: HomeTeam\n")))
                .hasMessageContaining("a number was expected");
        assertThatThrownBy(() -> FootballProject.read(
                        folder, FootballProject.with(label, label + "    weights: AvgHH\n")))
                .hasMessageContaining("AvgH");
    }

    @Test
    void timeLimitIsOfAnEnsembleAlone() {
        String limit = "    time_limit: 5m\n";
        String label = "    label: matches.FTR\n" + limit;
        String best = FootballProject.with(FootballProject.LEARNER, "best");

        ModelDefinition limited = FootballProject.read(folder, best.replace("    label: matches.FTR\n", label))
                .models()
                .getFirst();

        assertThat(limited.timeLimit()).isEqualTo(Duration.ofMinutes(5));
        assertThatThrownBy(() -> FootballProject.read(
                        folder, FootballProject.with("    label: matches.FTR\n", label)))
                .hasMessageContaining("`time_limit` ends an ensemble after some of its members");
    }

    @Test
    void keysLeftOutTakeTheirDefaults() {
        Project project = FootballProject.read(folder, MINIMAL, SourceHeaders.none(), Map.of("FOLDER", "elsewhere"));

        SourceDefinition source = project.sources().getFirst();

        assertThat(source.file().text()).isEqualTo("elsewhere/events.csv");
        assertThat(source.key()).containsExactly("id");
        assertThat(source.cursor()).isNull();
        assertThat(source.lateWindow()).isZero();
        assertThat(source.knownAfter()).isZero();
        assertThat(source.zone()).isEqualTo(ZoneId.of("UTC"));
        assertThat(project.models()).isEmpty();
        assertThat(project.promotion()).isEmpty();
    }

    @Test
    void embargoLeftOutIsTheDelayOfTheLabel() {
        String text = FootballProject.with(", embargo: 2d", "");

        ModelDefinition model = FootballProject.read(folder, text).models().getFirst();

        assertThat(model.embargo()).isEqualTo(Duration.ofDays(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "walk_forward: 4 folds, window: 700d | WALK_FORWARD | 4 | 1 | PT16800H",
                "window: 700d | WALK_FORWARD | 6 | 1 | PT16800H",
                "kfold: 5 | KFOLD | 5 | 1 |",
                "grouped: 5 | GROUPED | 5 | 1 |",
                "purged_kfold: 5 | PURGED_KFOLD | 5 | 1 |",
                "combinatorial_purged: 2 of 6 | COMBINATORIAL_PURGED | 6 | 2 |"
            })
    void schemeOfTheValidationIsRead(
            String written, Folding.Kind kind, int folds, int tested, @Nullable Duration window) {
        String text = FootballProject.with("walk_forward: 6 folds", written);

        ModelDefinition model = FootballProject.read(folder, text).models().getFirst();

        assertThat(model.folding()).isEqualTo(new Folding(kind, folds, tested, window));
        assertThat(model.embargo()).isEqualTo(Duration.ofDays(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "walk_forward: 6 folds, kfold: 5",
                "combinatorial_purged: 6 of 6",
                "combinatorial_purged: 20 of 50",
                "kfold: 5, window: 90d",
                "window: 1d",
                "purged_kfold: 5, embargo: 1h",
                "combinatorial_purged: 2 of 6, embargo: 1h"
            })
    void impossibleValidationIsRefused(String written) {
        String text = FootballProject.with(
                "walk_forward: 6 folds" + (written.contains("embargo") ? ", test: 365d, embargo: 2d" : ""),
                written);

        assertThatThrownBy(() -> FootballProject.read(folder, text))
                .isInstanceOfSatisfying(KeelsonException.class, error -> {
                    assertThat(error.problems()).hasSize(1);
                    assertThat(error.problems().getFirst().code())
                            .isEqualTo(
                                    written.contains("embargo")
                                            ? ErrorCode.EMBARGO_TOO_SHORT
                                            : ErrorCode.BAD_VALUE);
                });
    }

    @ParameterizedTest
    @EnumSource(value = Calibration.class, mode = EnumSource.Mode.EXCLUDE, names = "ISOTONIC_OR_TEMPERATURE")
    void calibrationIsRead(Calibration calibration) {
        String text = FootballProject.with(
                "calibrate: temperature", "calibrate: " + calibration.name().toLowerCase(Locale.ROOT));

        assertThat(FootballProject.read(folder, text).models().getFirst().calibration())
                .isEqualTo(calibration);
    }

    @Test
    void baselineIsALearnerAndLinearRegressionNeedsANumber() {
        String text = FootballProject.with(
                FootballProject.LEARNER, "{ ensemble: [xgboost, { baseline: { features: 'a, b, c' } }] }");

        List<LearnerDefinition> learners =
                FootballProject.read(folder, text).models().getFirst().learners();

        assertThat(learners)
                .extracting(LearnerDefinition::name)
                .containsExactly("xgboost", "baseline");
        assertThat(learners.getLast().settings()).containsEntry("features", "a, b, c");
        assertThatThrownBy(() -> FootballProject.read(folder, FootballProject.with(FootballProject.LEARNER, "linear")))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("predicts numbers")
                .hasMessageContaining("Maybe `logistic` was meant.");
    }

    @Test
    void allProblemsAreToldAtOnceInTheOrderOfTheFile() {
        String text = FootballProject.TEXT
                .replace("late_window: 3d", "late_windw: 3d")
                .replace("mean(goals_for) over", "mean(goals_fro) over")
                .replace("embargo: 2d", "embargo: 1h")
                .replace("0 1 * * *", "0 1 * *");

        List<Problem> problems = FootballProject.problems(folder, text, FootballProject.HEADERS);

        assertThat(problems)
                .extracting(Problem::code)
                .containsExactly(
                        ErrorCode.UNKNOWN_KEY,
                        ErrorCode.EXPRESSION_TYPE,
                        ErrorCode.EMBARGO_TOO_SHORT,
                        ErrorCode.BAD_VALUE);
        assertThat(problems).extracting(problem -> at(problem).line()).isSorted();
    }

    @Test
    void columnThatIsNotDeclaredIsKnownFromTheHeader() {
        String text = FootballProject.with("avg_overround:  1/AvgH", "avg_overround:  1/MaxH");

        List<Problem> problems = FootballProject.problems(folder, text, FootballProject.HEADERS);

        assertThat(problems).isEmpty();
    }

    @Test
    void columnThatCannotBeCheckedPassesUnlessItLooksMisspelt() {
        String unknown = FootballProject.with("avg_overround:  1/AvgH", "avg_overround:  1/something_else");
        String misspelt = FootballProject.with("avg_overround:  1/AvgH", "avg_overround:  1/AvgHH");

        assertThat(FootballProject.problems(folder, unknown, SourceHeaders.none()))
                .isEmpty();
        assertThat(FootballProject.problems(folder, misspelt, SourceHeaders.none()))
                .extracting(Problem::code)
                .containsExactly(ErrorCode.EXPRESSION_TYPE);
    }

    @Test
    void quotedExpressionIsReportedWithinItsQuotes() {
        String text = FootballProject.with(FootballProject.MEAN, "\"mean(goals_fro) over last 38 events\"");

        Problem problem =
                FootballProject.problems(folder, text, FootballProject.HEADERS).getFirst();

        assertThat(at(problem).column()).isEqualTo(columnIn(text, "goals_fro"));
    }

    @Test
    void blockScalarIsReportedOnItsOwnLine() {
        String text = FootballProject.with(
                "elo_gap: home.ratings.elo - away.ratings.elo", "elo_gap: >\n        home.ratings.elo - away.ratngs.elo");

        Problem problem =
                FootballProject.problems(folder, text, FootballProject.HEADERS).getFirst();

        assertThat(at(problem).line()).isEqualTo(lineIn(text, "away.ratngs.elo"));
        assertThat(at(problem).column()).isEqualTo(columnIn(text, "away.ratngs.elo"));
    }

    @Test
    void callWithinAFlowMappingKeepsItsCommas() {
        String text = FootballProject.TEXT.replaceFirst(
                "(?s)derive:\n      elo_gap.*?(?=    learner:)",
                "derive: { best: greatest(home.ratings.elo, away.ratings.elo), gap: home.ratings.elo - away.ratings.elo }\n");

        ModelDefinition model = FootballProject.read(folder, text).models().getFirst();

        assertThat(model.derive()).containsOnlyKeys("best", "gap");
        assertThat(model.derive().values())
                .extracting(Located::text)
                .contains("greatest(home.ratings.elo, away.ratings.elo)");
    }

    @Test
    void modelsThatExtendEachOtherInACircleAreRefused() {
        String text = FootballProject.with(
                "    label: matches.FTR", "    extends: football-1x2-odds\n    label: matches.FTR");

        List<Problem> problems = FootballProject.problems(folder, text, FootballProject.HEADERS);

        assertThat(problems).isNotEmpty().allSatisfy(problem -> {
            assertThat(problem.code()).isEqualTo(ErrorCode.BAD_VALUE);
            assertThat(problem.message()).contains("circle");
        });
    }

    @Test
    void filledVariablesAreNeverShown() {
        String text = FootballProject.with("timezone: Europe/London", "timezone: ${ZONE}");

        assertThatThrownBy(() -> FootballProject.read(folder, text, FootballProject.HEADERS, Map.of("ZONE", "hunter2")))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("${ZONE}")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void byteOrderMarkAndCarriageReturnsDoNotMatter() {
        String text = "\uFEFF" + FootballProject.TEXT.replace("\n", "\r\n");

        Project project = FootballProject.read(folder, text);

        assertThat(project.models()).hasSize(2);
        assertThat(project.models().getLast().features().getLast().text()).isEqualTo("implied(AvgH, AvgD, AvgA)");
    }

    @Test
    void folderStandsForItsProjectFile() throws IOException {
        Files.writeString(folder.resolve("keelson.yaml"), MINIMAL);

        Project project = new ProjectReader(SourceHeaders.none(), Map.of()).read(folder, Map.of());

        assertThat(project.file()).isEqualTo(folder.toAbsolutePath().resolve("keelson.yaml"));
    }

    @Test
    void missingFileIsSaidSo() {
        ProjectReader reader = new ProjectReader(SourceHeaders.none(), Map.of());

        assertThatThrownBy(() -> reader.read(folder, Map.of())).isInstanceOfSatisfying(KeelsonException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.PROJECT_NOT_FOUND);
            assertThat(e.problems().getFirst().hint()).contains("keelson init");
        });
    }

    @Test
    void fileThatIsNoTextIsRefused() throws IOException {
        Path file = folder.resolve("keelson.yaml");
        Files.write(file, "project: caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        ProjectReader reader = new ProjectReader(SourceHeaders.none(), Map.of());

        assertThatThrownBy(() -> reader.read(file, Map.of()))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.YAML_SYNTAX));
    }

    @Test
    void brokenDocumentsEndInOneClearProblem() {
        List<String> texts = List.of(
                "",
                "   \n",
                "# nothing\n",
                "just text",
                "[1, 2]",
                "a: b\n---\nc: d",
                "a: &x [*x]",
                "\tkey: value",
                "a: 'open",
                "&a [&b [*a]]",
                "? [x]\n: y",
                "{",
                "key: \u0001");

        for (String text : texts) {
            assertThat(FootballProject.problems(folder, text, SourceHeaders.none()))
                    .as(text)
                    .isNotEmpty();
        }
    }

    @Test
    void aliasesThatMultiplyAreStopped() {
        StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 9; i++) {
            String alias = "*a" + (i - 1);
            text.append(
                    "a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", java.util.Collections.nCopies(10, alias))));
        }

        List<Problem> problems = FootballProject.problems(folder, text.toString(), SourceHeaders.none());

        assertThat(problems).extracting(Problem::code).containsExactly(ErrorCode.YAML_SYNTAX);
    }

    @Test
    void fileCutAtAnyLineIsReadOrRefusedWithPlaces() {
        List<String> lines = FootballProject.TEXT.lines().toList();

        for (int n = 0; n < lines.size(); n += 7) {
            String text = String.join("\n", lines.subList(0, n));
            assertThat(FootballProject.problems(folder, text, FootballProject.HEADERS))
                    .allSatisfy(problem -> assertThat(problem.location()).isNotNull());
        }
    }

    @Test
    void shortSelectorNamesTheOnlyRoleThatFits() {
        String text = FootballProject.with("league.league_rates.*]", "league_rates.*]");

        assertThat(FootballProject.problems(folder, text, FootballProject.HEADERS))
                .isEmpty();
    }

    @Test
    void settingsOfAnUnlistedLearnerAreNotChecked() throws IOException {
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(
                file,
                FootballProject.with(
                        FootballProject.ENSEMBLE, "ensemble: [{ xgboost: { anything: 1 } }, logistic]"));

        Project project =
                new ProjectReader(FootballProject.HEADERS, Map.of("logistic", Set.of("l2"))).read(file, Map.of());

        assertThat(project.models().getFirst().learners().getFirst().settings()).containsEntry("anything", 1L);
    }

    private static Location at(Problem problem) {
        return Objects.requireNonNull(problem.location());
    }

    private Location place(String text) {
        return new Location(
                folder.resolve("keelson.yaml").toString(), line(text), columnIn(FootballProject.TEXT, text));
    }

    private static int line(String text) {
        return lineIn(FootballProject.TEXT, text);
    }

    private static int lineIn(String whole, String text) {
        return (int) whole.substring(0, whole.indexOf(text))
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                + 1;
    }

    private static int columnIn(String whole, String text) {
        int at = whole.indexOf(text);
        return at - whole.lastIndexOf('\n', at - 1);
    }

    @Test
    void aViewOfAQueryIsReadWithThePlaceOfItsText() {
        Project project = FootballProject.read(folder, MINIMAL + """
                entities: { event: { key: id } }
                feature_views:
                  totals:
                    entity: event
                    sources: [events]
                    ttl: 30d
                    sql: |
                      SELECT id, _event_time AS event_time,
                        x AS value FROM events
                """);

        SqlViewDefinition view = project.sqlViews().getFirst();
        assertThat(project.views()).isEmpty();
        assertThat(view.sources()).containsExactly("events");
        assertThat(view.ttl()).isEqualTo(Duration.ofDays(30));
        assertThat(view.sql().text()).startsWith("SELECT id,").contains("\n  x AS value FROM events");
        assertThat(Objects.requireNonNull(view.sql().location()).line()).isEqualTo(17);
        assertThat(Objects.requireNonNull(view.sql().location()).column()).isEqualTo(7);
    }

    @Test
    void aViewSaysHowItsFeaturesAreComputedInOneWay() {
        List<Problem> problems = FootballProject.problems(folder, MINIMAL + """
                entities: { event: { key: id } }
                feature_views:
                  nothing: { entity: event }
                  both: { entity: event, sources: [events], sql: "SELECT 1", features: { a: mean(x) over 3d } }
                  no_source: { entity: event, sql: "SELECT 1" }
                  wrong: { entity: event, sources: [event], sql: "SELECT 1" }
                  folds: { entity: event, source: events, sources: [events], features: { a: mean(x) over 3d } }
                """, FootballProject.HEADERS);

        assertThat(problems.stream().map(problem -> problem.location() == null ? "" : problem.code() + " " + problem.location().line()))
                .containsExactly(
                        "MISSING_KEY 12",
                        "MISSING_KEY 12",
                        "BAD_VALUE 13",
                        "MISSING_KEY 14",
                        "UNKNOWN_REFERENCE 15",
                        "BAD_VALUE 16");
    }

    private static final String BETS = """
        keelson: 1
        project: bets
        timezone: UTC
        sources:
          bets:
            file: data/bets.csv
            key: id
            event_time: at
            outcomes: { columns: [profit, won], known_after: 1d }
            columns: { id: string, at: timestamp, sport: string, market: string, stake: double, profit: double, won: { type: enum, values: [y, n] } }
        entities:
          bet: { key: [sport, market] }
          sport: { key: sport }
        feature_views:
          history:
            entity: bet
            source: bets
            features:
              roi:   ratio(profit, stake) over 90d
              trend: macd(profit, 2, 5, 3)
              after: transitions(won, 'y', 'n') over last 50 events
          prices:
            entity: sport
            source: bets
            ttl: 30d
            features: [stake, profit]
        models:
          m:
            label: bets.won
            entities: { bet: { sport_market: [sport, market], sport: sport } }
            features: [bet.history.*, bet.prices.stake]
            learner: logistic
            validate: { walk_forward: 3 folds, test: 30d, embargo: 1d }
        """;

    @Test
    void compositeKeyIsJoinedOfItsColumns() {
        Project project = FootballProject.read(folder, BETS);

        assertThat(project.entities()).containsEntry("bet", "sport_market").containsEntry("sport", "sport");
        assertThat(project.views().getFirst().key()).isEqualTo("{sport}_{market}");
        assertThat(project.models().getFirst().entities().get("bet"))
                .containsEntry("sport_market", "{sport}_{market}")
                .containsEntry("sport", "sport");
    }

    @Test
    void patternOfAKeyNamesItsColumns() {
        String text = BETS.replace("entity: bet\n", "entity: bet\n    key: \"{sport}/{markett}\"\n");

        assertThatThrownBy(() -> FootballProject.read(folder, text))
                .isInstanceOfSatisfying(KeelsonException.class, e -> {
                    Problem problem = e.problems().getFirst();
                    assertThat(problem.code()).isEqualTo(ErrorCode.UNKNOWN_REFERENCE);
                    assertThat(problem.hint()).contains("`market`");
                });
    }

    @Test
    void listOfColumnsAndFoldsWithSeveralValuesAreFeatures() {
        Project project = FootballProject.read(folder, BETS);

        FeatureViewDefinition prices = project.views().get(1);
        assertThat(prices.features())
                .extracting(feature -> feature.name() + " " + feature.text().text())
                .containsExactly("stake stake", "profit profit");
        String selected = BETS.replace(
                "bet.history.*, bet.prices.stake",
                "bet.history.trend_signal, bet.history.after_y, bet.history.roi");
        assertThat(FootballProject.read(folder, selected).models().getFirst().features()).hasSize(3);
        assertThatThrownBy(() -> FootballProject.read(folder, selected.replace("trend_signal", "trend")))
                .hasMessageContaining("trend");
    }
}
