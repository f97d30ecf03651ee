package dev.keelson.e2e.benchmark;

import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceReader;
import dev.keelson.data.SourceRows;
import dev.keelson.data.SystemColumns;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.SimulatedProject;
import dev.keelson.features.FeatureEngine;
import dev.keelson.features.FeatureService;
import dev.keelson.features.FeatureServiceDefinition;
import dev.keelson.features.FeatureTable;
import dev.keelson.features.SourceSchema;
import dev.keelson.frame.Column;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.project.Project;
import dev.keelson.simulate.LeagueSettings;
import dev.keelson.simulate.SimulatedLeague;
import dev.keelson.simulate.SimulatedMatch;
import dev.keelson.store.files.FileSourceFiles;
import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.TrainingTable;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The football project of the examples with its data, taken apart for measuring single steps. */
final class Football implements AutoCloseable {
    /** As many matches as the real files hold: 16 seasons of four divisions. */
    static final int SEASONS = 16;

    private static final int FIRST_SEASON = 2005;
    private static final String MODEL = "football-1x2-odds";

    private final SimulatedProject simulated;
    private final SourceRows rows;
    private final FeatureEngine engine;
    private final ModelDefinition definition;
    private final FeatureService service;

    private Football(SimulatedProject simulated) {
        this.simulated = simulated;
        Project project = simulated.project();
        SourceDefinition source = project.sources().getFirst();
        this.rows = new SourceReader(new FileSourceFiles(simulated.folder())).read(source, null);
        this.engine = FeatureEngine.of(
                project.views(), project.entities(), List.of(SourceSchema.of(source, rows.frame().schema())));
        this.definition = project.models().stream()
                .filter(model -> model.name().equals(MODEL))
                .findFirst()
                .orElseThrow();
        this.service = engine.service(new FeatureServiceDefinition(
                definition.name(),
                definition.source(),
                definition.entities(),
                definition.features(),
                definition.derive()));
    }

    /**
     * Over the file asked for, or over a simulated league of the size of the real files times {@code scale}. Option {@code
     * --rounds} of the league's models, the example's unless it is there.
     */
    static Football of(Arguments arguments, int scale) {
        return new Football(project(arguments, scale));
    }

    /** The project alone. */
    static SimulatedProject project(Arguments arguments, int scale) {
        return arguments.data().map(SimulatedProject::over).orElseGet(() -> SimulatedProject.of(league(arguments, scale), arguments.number("rounds", 0)));
    }

    /** Several leagues side by side when more is asked for than one can hold; their teams and divisions differ in name. */
    private static List<SimulatedMatch> league(Arguments arguments, int scale) {
        List<SimulatedMatch> all = new ArrayList<>();
        for (int copy = 0; copy < scale; copy++) {
            String mark = scale == 1 ? "" : " " + copy;
            LeagueSettings settings = LeagueSettings.defaults(
                            arguments.number("seasons", SEASONS), LeagueSettings.DEFAULT_SEED + copy)
                    .withFirstSeason(FIRST_SEASON);
            SimulatedLeague.generate(settings).stream()
                    .map(match -> new SimulatedMatch(
                            match.division() + mark,
                            match.season(),
                            match.date(),
                            match.time(),
                            match.homeTeam() + mark,
                            match.awayTeam() + mark,
                            match.referee(),
                            match.home(),
                            match.away(),
                            match.odds(),
                            match.truth()))
                    .forEach(all::add);
        }
        all.sort(Comparator.comparing(SimulatedMatch::date));
        return all;
    }

    SimulatedProject simulated() {
        return simulated;
    }

    Project project() {
        return simulated.project();
    }

    SourceDefinition source() {
        return rows.source();
    }

    /** Rows in the order in which they became known. */
    Frame frame() {
        return rows.frame();
    }

    FeatureEngine engine() {
        return engine;
    }

    /** The model with the most features. */
    ModelDefinition definition() {
        return definition;
    }

    FeatureService service() {
        return service;
    }

    /** An instant at which every row is known. */
    Instant afterAll() {
        long last = Long.MIN_VALUE;
        for (long known : frame().longs(SystemColumns.KNOWN_AT).values()) {
            last = Math.max(last, known);
        }
        return Micros.toInstant(last).plusSeconds(1);
    }

    /** The features each row had when it happened. */
    FeatureTable history() {
        return engine.history(frame(), frame(), service);
    }

    /** All rows as training rows. */
    TrainingTable trainingTable() {
        Frame frame = frame();
        int n = frame.rows();
        FeatureTable features = history();
        int[] labels = new int[n];
        int[] day = new int[n];
        List<String> ids = new ArrayList<>(n);
        long[] eventTime = frame.longs(SystemColumns.EVENT_TIME).values();
        for (int i = 0; i < n; i++) {
            labels[i] = definition.classes().indexOf(String.valueOf(frame.vector(definition.label().name()).get(i)));
            day[i] = Math.toIntExact(Micros.toInstant(eventTime[i])
                    .atZone(project().zone())
                    .toLocalDate()
                    .toEpochDay());
            ids.add(Integer.toString(i));
        }
        Map<String, double[]> odds = new LinkedHashMap<>();
        BacktestDefinition backtest = definition.backtest();
        if (backtest != null) {
            backtest.columns().forEach(name -> odds.put(name, frame.doubles(name).values()));
        }
        return new TrainingTable(
                new FeatureMatrix(features.names(), features.values(), n),
                labels,
                eventTime,
                frame.longs(SystemColumns.KNOWN_AT).values(),
                day,
                null,
                odds,
                ids);
    }

    /**
     * Requests as a client sends them: the newest matches, played again on a later day. They name what is known before a
     * match and declared in the project file.
     *
     * @param count how many
     * @param date the day of all of them
     */
    List<Map<String, @Nullable Object>> requests(int count, LocalDate date) {
        Frame frame = frame();
        List<Map<String, @Nullable Object>> requests = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int row = frame.rows() - 1 - i % Math.min(count, frame.rows());
            Map<String, @Nullable Object> request = new LinkedHashMap<>();
            for (Column column : frame.schema().columns()) {
                String name = column.name();
                boolean declared =
                        source().columns().stream().anyMatch(each -> each.name().equals(name));
                if (declared && !source().outcomes().contains(name)) {
                    request.put(name, name.equals(source().eventTime()) ? date.toString() : frame.vector(name).get(row));
                }
            }
            requests.add(request);
        }
        return requests;
    }

    @Override
    public void close() {
        simulated.close();
    }
}
