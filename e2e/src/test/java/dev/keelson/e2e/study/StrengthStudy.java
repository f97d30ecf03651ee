package dev.keelson.e2e.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceReader;
import dev.keelson.data.SystemColumns;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.SimulatedProject;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.error.Located;
import dev.keelson.features.FeatureEngine;
import dev.keelson.features.FeatureService;
import dev.keelson.features.FeatureServiceDefinition;
import dev.keelson.features.FeatureTable;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.FeatureViewDefinition.Unpivot;
import dev.keelson.features.SourceSchema;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Vector;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.logistic.LogisticConfig;
import dev.keelson.learn.logistic.LogisticLearner;
import dev.keelson.simulate.LeagueSettings;
import dev.keelson.simulate.SimulatedLeague;
import dev.keelson.store.files.FileSourceFiles;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What attack and defence strengths add to Elo and form: multinomial logistic regression, fitted on all seasons before and
 * tested on each of the last five in turn. Of a file, matches before August 2018 alone are used, so that choices made here
 * leave later seasons untouched. Claim: strengths of goals and of shots on target lower the log loss by more than twice the
 * standard error of the paired difference.
 */
public final class StrengthStudy implements Task {
    private static final Instant UNTIL = Instant.parse("2018-08-01T00:00:00Z");
    private static final List<String> CLASSES = List.of("H", "D", "A");
    private static final int TESTED_SEASONS = 5;
    private static final int SEASONS = 13;
    private static final long YEAR = Math.round(365.25 * Micros.PER_DAY);
    private static final double L2 = 5;
    private static final String[][] COUNTS = {
        {"goals", "FTHG", "FTAG"}, {"shots", "HS", "AS"}, {"target", "HST", "AST"}, {"corners", "HC", "AC"}
    };
    private static final List<Integer> HALF_LIVES = List.of(90, 180, 270, 365);

    @Override
    public ObjectNode run(Arguments arguments) {
        try (SimulatedProject project = arguments
                .data()
                .map(SimulatedProject::over)
                .orElseGet(() -> SimulatedProject.of(SimulatedLeague.generate(LeagueSettings.defaults(
                        arguments.number("seasons", SEASONS), LeagueSettings.DEFAULT_SEED))))) {
            SourceDefinition source = project.project().sources().getFirst();
            Frame frame = new SourceReader(new FileSourceFiles(project.folder())).read(source, null).frame();
            if (arguments.data().isPresent()) {
                frame = before(frame, Micros.of(UNTIL));
            }
            return study(source, frame);
        }
    }

    private static Frame before(Frame frame, long until) {
        long[] times = frame.longs(SystemColumns.EVENT_TIME).values();
        return frame.take(
                IntStream.range(0, times.length).filter(row -> times[row] < until).toArray());
    }

    private static ObjectNode study(SourceDefinition source, Frame frame) {
        FeatureTable features = features(source, frame);
        int[] labels = labels(frame);
        long[] times = frame.longs(SystemColumns.EVENT_TIME).values();
        long last = Arrays.stream(times).max().orElseThrow();
        Map<String, double[]> columns = new LinkedHashMap<>();
        for (String name : features.names()) {
            columns.put(name, features.column(name));
        }
        List<String> base = features.names().stream()
                .filter(name -> name.contains(".form.") || name.equals("elo_gap"))
                .toList();
        double[] before = losses(columns, base, labels, times, last);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("claim", "strengths of goals and shots on target lower the log loss by more than twice its standard error");
        node.put("matches_tested", before.length);
        node.put("elo_and_form", rounded(mean(before)));
        ArrayNode list = node.putArray("with");
        Map<String, List<String>> sets = new LinkedHashMap<>();
        sets.put("pi_rating", List.of("pi"));
        for (int halfLife : HALF_LIVES) {
            for (String[] count : COUNTS) {
                sets.put(count[0] + " " + halfLife + "d", List.of(count[0] + halfLife));
            }
            sets.put("goals and target " + halfLife + "d", List.of("goals" + halfLife, "target" + halfLife));
        }
        boolean holds = false;
        for (Map.Entry<String, List<String>> set : sets.entrySet()) {
            List<String> names = new ArrayList<>(base);
            for (String fold : set.getValue()) {
                features.names().stream()
                        .filter(name -> name.contains(".strengths." + fold + "_"))
                        .forEach(names::add);
            }
            double[] after = losses(columns, names, labels, times, last);
            double[] change = new double[after.length];
            for (int i = 0; i < change.length; i++) {
                change[i] = after[i] - before[i];
            }
            double error = deviation(change) / Math.sqrt(change.length);
            holds |= set.getKey().startsWith("goals and target") && mean(change) < -2 * error;
            list.addObject()
                    .put("features", set.getKey())
                    .put("log_loss", rounded(mean(after)))
                    .put("change", rounded(mean(change)))
                    .put("standard_error", rounded(error));
        }
        node.put("holds", holds);
        return node;
    }

    private static FeatureTable features(SourceDefinition source, Frame frame) {
        SourceSchema schema = SourceSchema.of(source, frame.schema());
        List<FeatureDefinition> strengths = new ArrayList<>();
        String sides = "home = HomeTeam, away = AwayTeam, ";
        strengths.add(feature("pi", "pi_rating(" + sides + "home_goals = FTHG, away_goals = FTAG)"));
        for (String[] count : COUNTS) {
            for (int halfLife : HALF_LIVES) {
                strengths.add(feature(
                        count[0] + halfLife,
                        "strength(%shome_count = %s, away_count = %s, group = div, half_life = %dd)"
                                .formatted(sides, count[1], count[2], halfLife)));
            }
        }
        Unpivot unpivot = new Unpivot(
                "team",
                ordered("HomeTeam", "AwayTeam"),
                Map.of("scored", ordered("FTHG", "FTAG"), "conceded", ordered("FTAG", "FTHG")),
                Map.of(
                        "points",
                        Located.of("case when scored > conceded then 3 when scored = conceded then 1 else 0 end")));
        FeatureEngine engine = FeatureEngine.of(
                List.of(
                        view(
                                "form",
                                source,
                                unpivot,
                                List.of(
                                        feature("scored", "mean(scored) over last 5 events"),
                                        feature("conceded", "mean(conceded) over last 5 events"),
                                        feature("points", "mean(points) over last 10 events"))),
                        view(
                                "ratings",
                                source,
                                null,
                                List.of(feature(
                                        "elo", "elo(" + sides + "result = FTR, k = 20, home_advantage = 65)"))),
                        view("strengths", source, null, strengths)),
                Map.of("team", "team"),
                List.of(schema));
        Map<String, Map<String, String>> roles = new LinkedHashMap<>();
        roles.put("home", Map.of("team", "HomeTeam"));
        roles.put("away", Map.of("team", "AwayTeam"));
        List<Located> selected = new ArrayList<>();
        for (String view : List.of("form", "strengths")) {
            roles.keySet().forEach(role -> selected.add(Located.of(role + "." + view + ".*")));
        }
        FeatureService service = engine.service(new FeatureServiceDefinition(
                "study",
                source.name(),
                roles,
                selected,
                Map.of("elo_gap", Located.of("home.ratings.elo - away.ratings.elo"))));
        return engine.history(frame, frame, service);
    }

    private static FeatureDefinition feature(String name, String text) {
        return new FeatureDefinition(name, Located.of(text));
    }

    private static FeatureViewDefinition view(
            String name, SourceDefinition source, @Nullable Unpivot unpivot, List<FeatureDefinition> features) {
        return new FeatureViewDefinition(name, "team", source.name(), null, unpivot, null, features, null);
    }

    private static Map<String, String> ordered(String home, String away) {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("home", home);
        map.put("away", away);
        return map;
    }

    private static int[] labels(Frame frame) {
        Vector.Strings results = frame.strings("FTR");
        return Arrays.stream(results.values()).mapToInt(CLASSES::indexOf).toArray();
    }

    /** Log losses of the matches of the tested seasons, each from a model of all that happened before its season. */
    private static double[] losses(
            Map<String, double[]> columns, List<String> names, int[] labels, long[] times, long last) {
        List<Double> losses = new ArrayList<>();
        for (int season = TESTED_SEASONS; season > 0; season--) {
            long from = last - season * YEAR + 1;
            long until = from + YEAR;
            int[] past = rows(times, labels, Long.MIN_VALUE, from);
            int[] tested = rows(times, labels, from, until);
            FeatureMatrix all = matrix(columns, names);
            TrainingSet training = new TrainingSet(
                    all.take(past),
                    Arrays.stream(past).map(row -> labels[row]).toArray(),
                    CLASSES,
                    null);
            Model model = new LogisticLearner(LogisticConfig.defaults().withL2(L2)).fit(training, 1);
            double[] row = new double[all.width()];
            double[] probabilities = new double[CLASSES.size()];
            for (int match : tested) {
                all.row(match, row);
                model.predict(row, probabilities);
                losses.add(-Math.log(probabilities[labels[match]]));
            }
        }
        return losses.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** Factors as logarithms: their effects multiply. */
    private static FeatureMatrix matrix(Map<String, double[]> columns, List<String> names) {
        double[][] values = new double[names.size()][];
        for (int i = 0; i < values.length; i++) {
            double[] column = Objects.requireNonNull(columns.get(names.get(i)));
            boolean factor = names.get(i).endsWith("_attack") || names.get(i).endsWith("_defence");
            values[i] = factor ? Arrays.stream(column).map(Math::log).toArray() : column;
        }
        return new FeatureMatrix(names, values, values[0].length);
    }

    private static int[] rows(long[] times, int[] labels, long from, long until) {
        return IntStream.range(0, times.length)
                .filter(row -> times[row] >= from && times[row] < until && labels[row] >= 0)
                .toArray();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double deviation(double[] values) {
        double mean = mean(values);
        return Math.sqrt(
                Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum() / (values.length - 1));
    }

    private static double rounded(double value) {
        return Math.round(value * 1e5) / 1e5;
    }
}
