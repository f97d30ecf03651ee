package dev.keelson.project;

import dev.keelson.control.policy.KnownChange;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.train.BenchmarkDefinition;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads {@code keelson.yaml} into a {@link Project}, or says everything that is wrong with it at once, each problem at
 * its line and column. Immutable and safe for use by several threads.
 */
public final class ProjectReader {
    /** The name of a project file. */
    public static final String FILE_NAME = "keelson.yaml";

    private final SourceHeaders headers;
    private final Map<String, Set<String>> learnerSettings;
    private final Set<String> installed;

    /**
     * @param headers looks at the files of sources
     * @param learnerSettings learner to the names of its settings; settings of a learner that is missing here are not
     *     checked
     */
    public ProjectReader(SourceHeaders headers, Map<String, Set<String>> learnerSettings) {
        this(headers, learnerSettings, learnerSettings.keySet());
    }

    /**
     * @param learnerSettings as above
     * @param installed the learners that can be trained here, of which presets are made
     */
    public ProjectReader(
            SourceHeaders headers, Map<String, Set<String>> learnerSettings, Set<String> installed) {
        this.installed = Set.copyOf(installed);
        this.headers = headers;
        Map<String, Set<String>> copy = new LinkedHashMap<>();
        learnerSettings.forEach((learner, settings) -> copy.put(learner, new TreeSet<>(settings)));
        this.learnerSettings = Map.copyOf(copy);
    }

    /**
     * Reads a project.
     *
     * @param fileOrFolder the project file, or the folder that holds {@code keelson.yaml}
     * @param environment values of the variables that the file names as {@code ${NAME}}
     * @return the project; every reference in it leads somewhere and every expression is well typed
     * @throws KeelsonException with all problems, in the order of the file; {@code PROJECT_NOT_FOUND} when there is no
     *     such file
     */
    public Project read(Path fileOrFolder, Map<String, String> environment) {
        Path file = Files.isDirectory(fileOrFolder)
                ? fileOrFolder.resolve(FILE_NAME).normalize()
                : fileOrFolder.normalize();
        return read(file, text(file), environment);
    }

    /**
     * As {@link #read(Path, Map)}, of a text that is not in the file (yet).
     *
     * @param file where it would be, for places and for files beside it
     */
    public Project read(Path file, String text, Map<String, String> environment) {
        Problems problems = new Problems();
        Value document = YamlDocument.parse(file.toString(), text, new Variables(environment), problems);
        if (document instanceof Table table) {
            document = new ModelTemplates(problems).expanded(table);
        }
        ShapeCheck shapes = new ShapeCheck(problems);
        Table fitted = document != null && shapes.fit(document, ProjectGrammar.project(), "") instanceof Table table
                ? table
                : null;
        if (!(document instanceof Table written) || fitted == null) {
            throw new KeelsonException(problems.inFileOrder(), null);
        }
        Scalar zoneText = fitted.scalar("timezone");
        ZoneId zone = zoneText == null
                ? ZoneOffset.UTC
                : ProjectText.zone(zoneText, problems).orElse(ZoneOffset.UTC);

        Path absolute = file.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        Path folder = parent == null ? absolute : parent;
        SourceSection sources = new SourceSection(problems, zone, folder, headers);
        sources.read(fitted);
        Set<String> sourceNames = names(written, "sources");
        ViewSection views = new ViewSection(problems, shapes, sources.columns(), sourceNames);
        views.read(fitted);
        LabelSection labels = new LabelSection(problems, sources.columns(), sourceNames);
        labels.read(fitted);
        ModelSection models = new ModelSection(problems, shapes, labels, views, learnerSettings, installed);
        models.read(fitted, written);
        PredictionLogDefinition predictionLog =
                new PredictionLogSection(problems, names(written, "models")).read(fitted);
        Map<String, Boolean> numbers = new HashMap<>();
        models.definitions().forEach(model -> numbers.put(model.name(), model.isNumber()));
        Map<String, ModelInputs> inputs = new HashMap<>(models.inputsByModel());
        predictionLog.elsewhere().forEach(model -> {
            numbers.put(model.name(), model.isNumber());
            inputs.put(model.name(), ModelInputs.of(model));
        });
        OperationsSection operations = new OperationsSection(
                problems,
                shapes,
                names(written, "models"),
                names(written, "elsewhere"),
                numbers,
                models.sourceByModel(),
                inputs,
                zone);
        operations.read(fitted);
        new LimitCheck(problems, models.definitions()).check(operations.promotion());
        new ProfitCheck(problems, models.definitions(), models.sourceByModel()).check(operations.promotion());
        SyncSection sync = new SyncSection(
                problems,
                sources.columns(),
                sources.definitions().stream().collect(Collectors.toMap(SourceDefinition::name, SourceDefinition::key)));
        sync.read(fitted);
        BanditSection bandits = new BanditSection(problems, labels, sources.columns());
        bandits.read(fitted);
        List<BenchmarkDefinition> benchmarks = new BenchmarkSection(problems, models.definitions()).read(fitted);
        RegistryDefinition registry = new RegistrySection(problems).read(fitted);
        ServeDefinition serve = new ServeSection(problems, names(written, "models"), names(written, "bandits"), models.sourceByModel())
                .read(fitted);
        List<ChannelDefinition> channels = new AlertsSection(problems).read(fitted);
        List<KnownChange> changes = new ChangesSection(problems).read(fitted);
        problems.throwIfAny();
        return new Project(
                folder,
                absolute,
                String.valueOf(fitted.text("project")),
                zone,
                sources.definitions(),
                views.entities(),
                views.definitions(),
                views.sqlDefinitions(),
                labels.definitions(),
                models.definitions(),
                operations.drift(),
                operations.decay(),
                operations.promotion(),
                operations.schedules(),
                sync.definitions(),
                operations.onlineStore(),
                operations.catalogStore(),
                models.tuneByModel(),
                bandits.definitions(),
                benchmarks,
                models.judgingByModel(),
                models.costsByModel(),
                models.policyByModel(),
                fitted.text("description"),
                registry,
                serve,
                predictionLog,
                channels,
                changes);
    }

    private static Set<String> names(Table project, String section) {
        Table table = project.table(section);
        return table == null ? Set.of() : table.entries().keySet();
    }

    private static String text(Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (NoSuchFileException e) {
            throw notFound(file, e);
        } catch (CharacterCodingException e) {
            Problem problem = Problem.at(
                    ErrorCode.YAML_SYNTAX,
                    new Location(file.toString(), 0, 0),
                    "the file is not UTF-8 text",
                    "Maybe it was saved in another encoding.");
            throw new KeelsonException(List.of(problem), e);
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.PROJECT_NOT_FOUND,
                    "The project file (%s) cannot be read: %s.".formatted(file, e.getMessage()),
                    "Maybe its permissions do not allow it.",
                    e);
        }
    }

    private static KeelsonException notFound(Path file, IOException cause) {
        Path other = file.resolveSibling("keelson.yml");
        String hint = Files.exists(other)
                ? "Maybe rename `%s` to `%s`.".formatted(other.getFileName(), FILE_NAME)
                : "Maybe make a project first: `keelson init DIR --example football`, or name its "
                        + "folder with `-C DIR`.";
        return new KeelsonException(
                ErrorCode.PROJECT_NOT_FOUND, "There is no project file (%s).".formatted(file), hint, cause);
    }
}
