package dev.keelson.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.frame.Column;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.DriftReport.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DataDriftCheckTest {
    private static final Instant AT = Instant.parse("2024-03-01T00:00:00Z");

    @Test
    void sameLawIsQuietUnderTheRecommendedPolicy() {
        DriftReport report = check(Policy.RECOMMENDED, table(1, 5_000, 0, List.of("a", "b")), table(2, 1_000, 0, List.of("a", "b")));

        assertThat(report.verdict()).isEqualTo(Verdict.NONE);
        assertThat(report.details().findings()).isEmpty();
        assertThat(report.details().reference()).isEqualTo("table 1");
    }

    @Test
    void aShiftOfAFifthOfADeviationAlarmsFromFiveThousandRowsOn() {
        int found = 0;
        for (int seed = 0; seed < 20; seed++) {
            DriftReport report = check(
                    Policy.RECOMMENDED, table(seed, 20_000, 0, List.of("a", "b")), table(100 + seed, 15_000, 0.2, List.of("a", "b")));
            found += report.alarming().stream().anyMatch(each -> each.name().equals("x0")) ? 1 : 0;
        }

        assertThat(found).isEqualTo(20);
    }

    @Test
    void aShiftOfAQuarterOfADeviationIsSeenBesideAShortReference() {
        int warned = 0;
        int alarmed = 0;
        for (int seed = 0; seed < 40; seed++) {
            DriftReport report = check(
                    Policy.RECOMMENDED, table(seed, 2_000, 0, List.of("a", "b")), table(100 + seed, 1_500, 0.24, List.of("a", "b")));
            FeatureDrift moved = feature(report, "x0");
            warned += moved.severity() == FeatureDrift.Severity.NONE ? 0 : 1;
            alarmed += moved.alarms() ? 1 : 0;

            assertThat(moved.smallest()).isBetween(0.1, 0.3);
        }

        assertThat(warned).isGreaterThanOrEqualTo(38);
        assertThat(alarmed).isGreaterThanOrEqualTo(34);
    }

    @Test
    void aReferenceThatIsTooShortSaysWhatItCannotShow() {
        DriftReport report =
                check(Policy.RECOMMENDED, table(1, 240, 0, List.of("a", "b")), table(2, 200, 0, List.of("a", "b")));
        FeatureDrift x = feature(report, "x0");

        assertThat(x.smallest()).isGreaterThan(0.2);
        assertThat(report.reason())
                .contains("So few rows show no shift of 0.2 sd in 2 of them; the least that could be seen of x");
        assertThat(report.toJson().at("/features").findValuesAsText("smallest_effect")).hasSize(3).doesNotContain("null");
    }

    @Test
    void categoriesThatTheReferenceNeverHadTakePartInTheTest() {
        String[] reference = league(7, 2_000, 0.48, 0);
        String[] current = league(8, 1_500, 0.44, 0.05);

        FeatureDrift league = check(Policy.RECOMMENDED, texts(reference), texts(current)).features().getFirst();

        assertThat(league.effectiveRows()).isEqualTo(1_500);
        assertThat(league.designEffect()).isEqualTo(1);
        assertThat(league.pValue()).isLessThan(1e-15);
    }

    private static String[] league(int seed, int rows, double first, double unseen) {
        Random random = new Random(seed);
        String[] texts = new String[rows];
        for (int i = 0; i < rows; i++) {
            double u = random.nextDouble();
            texts[i] = u < unseen ? "D" : u < unseen + first ? "A" : u < unseen + first + 0.3 ? "B" : "C";
        }
        return texts;
    }

    private static FeatureDrift feature(DriftReport report, String name) {
        return report.features().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void aColumnOfOneSideAloneIsAFindingUnderEveryPolicy() {
        FrameData reference = table(1, 500, 0, List.of("a", "b"));
        Frame less = reference.frame().select(List.of("x1", "league"));
        FrameData current = new FrameData("less", less.with("odds", less.vector("x1")));

        for (Policy policy : Policy.values()) {
            DriftReport report = check(policy, reference, current);

            assertThat(report.verdict()).isEqualTo(Verdict.ALARM);
            assertThat(report.details().findings())
                    .extracting(DriftFinding::kind)
                    .contains(DriftFinding.Kind.COLUMN_GONE, DriftFinding.Kind.COLUMN_NEW);
            assertThat(report.reason()).contains("x0: a column that only the reference has.");
        }
    }

    @Test
    void newCategoriesAndMissingValuesAreFindingsOfTheirOwn() {
        FrameData reference = table(1, 3_000, 0, List.of("a", "b"));
        Frame frame = table(2, 900, 0, List.of("a", "b", "c")).frame();
        double[] gaps = frame.doubles("x1").values().clone();
        for (int i = 0; i < gaps.length; i += 2) {
            gaps[i] = Double.NaN;
        }
        FrameData current = new FrameData(
                "current", frame.select(List.of("x0", "league")).with("x1", new Vector.Doubles(gaps, null)));

        DriftReport report = check(Policy.RECOMMENDED, reference, current);

        assertThat(report.details().findings())
                .extracting(DriftFinding::kind)
                .contains(DriftFinding.Kind.MISSING_SHARE, DriftFinding.Kind.NEW_CATEGORIES);
        assertThat(report.details().findings())
                .extracting(DriftFinding::sentence)
                .anyMatch(each -> each.contains("x1: 50.0 % of the values are missing, 0.0 % before"))
                .anyMatch(each -> each.startsWith("league: 3") && each.contains("categories that the reference never had"));
        assertThat(report.verdict()).isEqualTo(Verdict.ALARM);
        assertThat(DriftReport.fromJson(report.toJson().toString())).isEqualTo(report);
    }

    @Test
    void rareCategoriesOfTheReferenceExplainAsRareOnesOfTheWindow() {
        String[] many = new String[3_000];
        String[] others = new String[1_000];
        for (int i = 0; i < many.length; i++) {
            many[i] = i % 10 == 0 ? "once " + i : "often " + i % 7;
        }
        for (int i = 0; i < others.length; i++) {
            others[i] = i % 10 == 0 ? "other " + i : "often " + i % 7;
        }
        DriftReport report = check(Policy.RECOMMENDED, texts(many), texts(others));

        assertThat(report.details().findings()).isEmpty();
    }

    @Test
    void acisSampleReportIsMadeOfDataThatGivesIts12And15Of45() {
        Map<String, Vector> reference = new LinkedHashMap<>();
        Map<String, Vector> current = new LinkedHashMap<>();
        for (int c = 0; c < 45; c++) {
            String name = "f%02d".formatted(c);
            int rows = 500;
            reference.put(name, quantiles(5_000, u -> u));
            if (c < 12) { // moved by eight tenths of a deviation: both say so
                current.put(name, quantiles(rows, u -> u, 0.8));
            } else if (c < 15) { // every other tenth is half as full, the rest fuller: the index says so, the distance does not
                current.put(name, quantiles(rows, DataDriftCheckTest::uneven));
            } else {
                current.put(name, quantiles(rows, u -> u));
            }
        }

        DriftReport report = check(Policy.ACIS, frame("reference", reference), frame("current", current));

        assertThat(report.toAcisJson(0.30).get("summary").toString())
                .isEqualTo("{\"drifted_features_ks\":12,\"drifted_features_psi\":15,\"drift_detected\":true}");
        assertThat(report.reason()).isEqualTo("acis: 33.3 % of 45 features drifted (12 by KS, 15 by PSI); drift from 30 %.");
        assertThat(report.verdict()).isEqualTo(Verdict.ALARM);
        assertThat(report.falseAlarmShare()).isBetween(0.0, 1.0);
        assertThat(report.details().recommendedFalseAlarmShare()).isBetween(0.0, 1.0);
    }

    @Test
    void n1v1AlarmsFromOneFarFeatureOrAMeanScoreOn() {
        Map<String, Vector> reference = new LinkedHashMap<>();
        Map<String, Vector> slightly = new LinkedHashMap<>();
        Map<String, Vector> far = new LinkedHashMap<>();
        for (int c = 0; c < 10; c++) {
            reference.put("f" + c, quantiles(5_000, u -> u));
            slightly.put("f" + c, quantiles(5_000, u -> u, 0.2));
            far.put("f" + c, quantiles(5_000, u -> u, c == 0 ? 0.6 : 0));
        }

        DriftReport quiet = check(Policy.N1V1, frame("reference", reference), frame("slightly", slightly));
        DriftReport one = check(Policy.N1V1, frame("reference", reference), frame("far", far));

        // a fifth of a deviation is a D of 0.09 here: below both limits, which is what the rule misses
        assertThat(quiet.verdict()).isEqualTo(Verdict.NONE);
        assertThat(quiet.reason())
                .isEqualTo("n1v1: overall score 0.091 (drift above 0.1), 0 of 10 features with D > 0.15 or PSI > 0.2 (drift from one).");
        assertThat(one.verdict()).isEqualTo(Verdict.ALARM);
        assertThat(one.reason()).contains("1 of 10 features with D > 0.15");
    }

    @Test
    void winmixHasNoRuleForColumns() {
        DriftReport report =
                check(Policy.WINMIX, table(1, 500, 0, List.of("a")), table(2, 500, 3, List.of("a")));

        assertThat(report.verdict()).isEqualTo(Verdict.NONE);
        assertThat(report.reason()).contains("no rule for columns").contains("5 %");
        assertThat(report.falseAlarmShare()).isZero();
    }

    @Test
    void everyMethodJudgesWhatItTakes() {
        FrameData reference = table(1, 2_000, 0, List.of("a", "b"));
        FrameData moved = table(2, 2_000, 1, List.of("a", "a", "a", "b"));
        for (DriftMethod method : DriftMethod.values()) {
            DriftReport report = DataDriftCheck.check(
                    reference,
                    moved,
                    settings(rule(Policy.METHODS, new DriftMethods(method, Map.of(), Double.NaN, Map.of()), List.of()), null),
                    null,
                    AT);

            assertThat(report.verdict()).as(method.word()).isEqualTo(Verdict.ALARM);
            for (String name : List.of("x0", "league")) {
                MethodResult result = report.features().stream()
                        .filter(each -> each.name().equals(name))
                        .findFirst()
                        .map(each -> Objects.requireNonNull(each.method()))
                        .orElseThrow();
                assertThat(result.drifted()).as(method.word() + " of " + name + ": " + result.shown()).isTrue();
            }
            assertThat(DriftReport.fromJson(report.toJson().toString())).isEqualTo(report);
        }
    }

    @Test
    void kolmogorovSmirnovOfFewRowsIsExactAsInSciPy() {
        double[] reference = IntStream.range(0, 1_000).mapToDouble(i -> i * 617 % 1_000 / 1e3).toArray();
        double[] current = IntStream.range(0, 700).mapToDouble(i -> 0.93 * (i * 431 % 700 + 0.5) / 700).toArray();

        DriftReport report = DataDriftCheck.check(
                frame("reference", Map.of("x", new Vector.Doubles(reference, null))),
                frame("current", Map.of("x", new Vector.Doubles(current, null))),
                settings(rule(Policy.METHODS, DriftMethods.defaults(), List.of()), null),
                null,
                AT);

        // scipy.stats.ks_2samp 1.10.1: auto and exact; the large-sample law has 0.03304038
        assertThat(Objects.requireNonNull(feature(report, "x").method()).value()).isCloseTo(0.032983625918768834, within(1e-12));
    }

    @Test
    void methodsAndThresholdsCanBeSaidForEachColumn() {
        DriftMethods methods = new DriftMethods(
                DriftMethod.KS, Map.of("x1", DriftMethod.PSI), Double.NaN, Map.of("x1", 5.0, "x0", 1e-300));
        DriftReport report = DataDriftCheck.check(
                table(1, 2_000, 0, List.of("a", "b")),
                table(2, 2_000, 0.3, List.of("a", "b")),
                settings(rule(Policy.METHODS, methods, List.of()), null),
                null,
                AT);

        assertThat(report.verdict()).isEqualTo(Verdict.NONE);
        assertThat(report.features())
                .filteredOn(each -> each.name().equals("x1"))
                .first()
                .extracting(each -> each.method() == null ? "" : each.method().used() + " " + each.method().threshold())
                .isEqualTo("psi 5.0");
    }

    @Test
    void everyUnknownColumnIsSaidAtOnce() {
        DriftMethods methods =
                new DriftMethods(null, Map.of("leage", DriftMethod.PSI), Double.NaN, Map.of("y", 1.0));

        assertThatThrownBy(() -> DataDriftCheck.check(
                        table(1, 200, 0, List.of("a")),
                        table(2, 200, 0, List.of("a")),
                        settings(rule(Policy.METHODS, methods, List.of("country")), "match"),
                        null,
                        AT))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.problems())
                        .extracting(Problem::message)
                        .hasSize(4)
                        .anyMatch(each -> each.contains("(leage)"))
                        .anyMatch(each -> each.contains("(country)"))
                        .anyMatch(each -> each.contains("(match)"))
                        .anyMatch(each -> each.contains("(y)")));
    }

    @Test
    void aMethodThatCannotJudgeTheColumnIsRefused() {
        DriftMethods methods = new DriftMethods(null, Map.of("league", DriftMethod.MANN_WHITNEY), Double.NaN, Map.of());

        assertThatThrownBy(() -> DataDriftCheck.check(
                        table(1, 200, 0, List.of("a")),
                        table(2, 200, 0, List.of("a")),
                        settings(rule(Policy.METHODS, methods, List.of()), null),
                        null,
                        AT))
                .hasMessageContaining("mann_whitney cannot judge the column (league)");
    }

    @Test
    void aSegmentThatMovedIsNamedThoughTheWholeDidNot() {
        FrameData reference = bySegment(1, 20, 0);
        FrameData current = bySegment(2, 20, 1);

        DriftReport report = DataDriftCheck.check(
                reference,
                current,
                settings(rule(Policy.RECOMMENDED, DriftMethods.defaults(), List.of("league")), null),
                null,
                AT);

        assertThat(report.details().segments()).isEqualTo(20);
        assertThat(report.details().findings())
                .filteredOn(each -> each.kind() == DriftFinding.Kind.SEGMENT)
                .extracting(DriftFinding::subject)
                .containsExactly("league=L0, x");
        assertThat(report.verdict()).isEqualTo(Verdict.ALARM);
    }

    @Test
    void aSegmentAlarmsWhenItPersistsAndNotBefore() {
        DriftMonitorDefinition rule = rule(Policy.RECOMMENDED, DriftMethods.defaults(), List.of("league"));
        Set<String> moved = Set.of("league=L0, x");
        FrameData reference = bySegment(1, 4, 0);

        DriftReport tables = DataDriftCheck.check(reference, bySegment(2, 4, 0.22), settings(rule, null), null, AT);
        DriftReport first = window(reference, bySegment(3, 4, 0.18), 1, List.of());
        DriftReport again = window(reference, bySegment(4, 4, 0.18), 2, List.of(first));
        DriftReport back = window(reference, bySegment(5, 4, -0.18), 2, List.of(first));

        assertThat(alarming(tables)).isEqualTo(moved);
        assertThat(first.details().findings()).extracting(DriftFinding::subject).containsExactlyElementsOf(moved);
        assertThat(alarming(first)).isEmpty();
        assertThat(first.verdict()).isNotEqualTo(Verdict.ALARM);
        assertThat(alarming(again)).isEqualTo(moved);
        assertThat(again.verdict()).isEqualTo(Verdict.ALARM);
        assertThat(back.details().findings()).extracting(DriftFinding::subject).containsExactlyElementsOf(moved);
        assertThat(alarming(back)).isEmpty();
        assertThat(DriftReport.fromJson(again.toJson().toString())).isEqualTo(again);
    }

    /** A model's window of one week, with its segments. */
    private static DriftReport window(FrameData reference, FrameData current, int week, List<DriftReport> earlier) {
        DriftMonitorDefinition rule = rule(Policy.RECOMMENDED, DriftMethods.defaults(), List.of("league"));
        Instant from = AT.plus(Duration.ofDays(7L * week));
        Instant to = from.plus(Duration.ofDays(7));
        DriftReport columns = DriftCheck.check(
                "m",
                1,
                ReferenceProfile.of(List.of("x"), new double[][] {reference.frame().doubles("x").values().clone()}, new double[1]),
                new DriftCheck.Window(new double[][] {current.frame().doubles("x").values()}, from, to),
                rule,
                to,
                earlier);
        DataDriftSettings settings = new DataDriftSettings("m", rule, List.of(), Set.of(), null, null, from, to, false);
        return DriftCheck.withTables(columns, DataDriftCheck.check(reference, current, settings, null, to), earlier);
    }

    private static Set<String> alarming(DriftReport report) {
        return report.details().findings().stream()
                .filter(DriftFinding::alarms)
                .map(DriftFinding::subject)
                .collect(Collectors.toSet());
    }

    @Test
    void rowsOfOneClusterCountForFewer() {
        Random random = new Random(5);
        FrameData reference = clustered(random, 400);
        FrameData current = clustered(random, 100);
        DriftMonitorDefinition rule = rule(Policy.RECOMMENDED, DriftMethods.defaults(), List.of());

        DriftReport apart = DataDriftCheck.check(reference, current, settings(rule, null), null, AT);
        DriftReport together = DataDriftCheck.check(reference, current, settings(rule, "match"), null, AT);

        FeatureDrift column = together.features().getFirst();
        assertThat(column.designEffect()).isBetween(15.0, 25.0);
        assertThat(column.effectiveRows()).isBetween(80.0, 140.0);
        assertThat(column.pValue()).isGreaterThan(apart.features().getFirst().pValue());
        assertThat(apart.features()).hasSize(1 + together.features().size());
    }

    @Test
    void tooFewRowsAreNeverNoDrift() {
        DriftReport report = check(Policy.RECOMMENDED, table(1, 500, 0, List.of("a")), table(2, 50, 3, List.of("a")));

        assertThat(report.verdict()).isEqualTo(Verdict.INSUFFICIENT);
    }

    @Test
    void textsThatNameRowsAreLeftAside() {
        String[] ids = new String[300];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = "row " + i;
        }
        String[] others = new String[300];
        for (int i = 0; i < others.length; i++) {
            others[i] = "line " + i;
        }

        DriftReport report = check(Policy.RECOMMENDED, texts(ids), texts(others));

        assertThat(report.features()).isEmpty();
        assertThat(report.details().unjudged()).containsKey("text");
    }

    private static double uneven(double u) {
        // tenths of the values have the shares 0.15, 0.05, 0.15, ...; the inverse of that distribution function
        double rest = u;
        for (int tenth = 0; tenth < 10; tenth++) {
            double share = tenth % 2 == 0 ? 0.15 : 0.05;
            if (rest < share || tenth == 9) {
                return (tenth + Math.min(1, rest / share)) / 10;
            }
            rest -= share;
        }
        return u;
    }

    private interface Warp {
        double of(double u);
    }

    private static Vector quantiles(int rows, Warp warp) {
        return quantiles(rows, warp, 0);
    }

    /** Exactly the normal law's quantiles, in an order without meaning. */
    private static Vector quantiles(int rows, Warp warp, double shift) {
        double[] values = new double[rows];
        for (int i = 0; i < rows; i++) {
            double u = warp.of((((long) i * 7_919) % rows + 0.5) / rows);
            values[i] = Math.log(u / (1 - u)) * 0.5513 + shift; // logistic, of standard deviation 1
        }
        return new Vector.Doubles(values, null);
    }

    private static FrameData bySegment(int seed, int leagues, double shift) {
        Random random = new Random(seed);
        int rows = 8_000;
        double[] x = new double[rows];
        String[] league = new String[rows];
        for (int i = 0; i < rows; i++) {
            league[i] = "L" + i % leagues;
            x[i] = random.nextGaussian() + (i % leagues == 0 ? shift : 0);
        }
        return frame("by league", Map.of("x", new Vector.Doubles(x, null), "league", new Vector.Strings(league)));
    }

    private static FrameData clustered(Random random, int matches) {
        int each = 20;
        double[] x = new double[matches * each];
        long[] match = new long[x.length];
        double own = 0;
        for (int i = 0; i < x.length; i++) {
            own = i % each == 0 ? random.nextGaussian() : own;
            x[i] = own;
            match[i] = i / each;
        }
        Map<String, Vector> columns = new LinkedHashMap<>();
        columns.put("x", new Vector.Doubles(x, null));
        columns.put("match", new Vector.Longs(dev.keelson.frame.ColumnType.LONG, match, null));
        return frame("bets", columns);
    }

    private static FrameData texts(String[] values) {
        return frame("texts", Map.of("text", new Vector.Strings(values)));
    }

    private static FrameData table(int seed, int rows, double shift, List<String> leagues) {
        Random random = new Random(seed);
        IntFunction<Vector> normals = each -> {
            double[] values = new double[rows];
            for (int i = 0; i < rows; i++) {
                values[i] = random.nextGaussian() + (each == 0 ? shift : 0);
            }
            return new Vector.Doubles(values, null);
        };
        Map<String, Vector> columns = new LinkedHashMap<>();
        columns.put("x0", normals.apply(0));
        columns.put("x1", normals.apply(1));
        String[] league = new String[rows];
        for (int i = 0; i < rows; i++) {
            league[i] = leagues.get(random.nextInt(leagues.size()));
        }
        columns.put("league", new Vector.Strings(league));
        return frame("table " + seed, columns);
    }

    private static FrameData frame(String name, Map<String, Vector> columns) {
        List<Column> schema = new ArrayList<>();
        columns.forEach((column, vector) -> schema.add(new Column(column, vector.type())));
        int rows = columns.values().iterator().next().size();
        return new FrameData(name, new Frame(new Schema(schema), List.copyOf(columns.values()), rows));
    }

    private static DriftReport check(Policy policy, FrameData reference, FrameData current) {
        return DataDriftCheck.check(
                reference, current, settings(rule(policy, DriftMethods.defaults(), List.of()), null), null, AT);
    }

    private static DriftMonitorDefinition rule(Policy policy, DriftMethods methods, List<String> segments) {
        return new DriftMonitorDefinition(
                "drift", List.of(), Duration.ofDays(7), 100, policy, policy == Policy.METHODS ? 0 : 0.3, Map.of(), null,
                methods, segments, false);
    }

    private static DataDriftSettings settings(DriftMonitorDefinition rule, @Nullable String cluster) {
        return new DataDriftSettings("comparison", rule, List.of(), Set.of(), cluster, null, AT, AT);
    }
}
