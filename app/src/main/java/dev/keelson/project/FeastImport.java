package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.Durations;
import dev.keelson.project.FeastDefinitions.Entity;
import dev.keelson.project.FeastDefinitions.Field;
import dev.keelson.project.FeastDefinitions.Service;
import dev.keelson.project.FeastDefinitions.Source;
import dev.keelson.project.FeastDefinitions.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a Feast repository ({@code feature_store.yaml} with the Python files beside it, or its registry file) into a
 * project file. Nothing is run. What could not be read is said, with file and line.
 *
 * @param yaml text of the project file
 * @param views how many feature views it has
 * @param notes what could not be read or needs a decision, each with its place
 */
public record FeastImport(String yaml, int views, List<String> notes) {
    private static final long LARGEST = 4L << 20;
    private static final Pattern PROJECT = Pattern.compile("(?m)^project:\\s*[\"']?([^\"'#\\s]+)");
    private static final Pattern REGISTRY = Pattern.compile("(?m)^registry:\\s*[\"']?([^\"'#\\s]+\\.(?:db|pb))");
    private static final Map<String, String> TYPES = Map.of(
            "Int32", "long", "Int64", "long", "Float32", "double", "Float64", "double", "String", "string", "Bool",
            "boolean", "UnixTimestamp", "timestamp");
    private static final Map<String, String> OLD_TYPES = Map.of(
            "INT32", "Int32", "INT64", "Int64", "FLOAT", "Float32", "DOUBLE", "Float64", "STRING", "String", "BOOL",
            "Bool", "UNIX_TIMESTAMP", "UnixTimestamp");

    public FeastImport {
        notes = List.copyOf(notes);
    }

    /**
     * Reads a repository.
     *
     * @param folderOrFile the folder, or its {@code feature_store.yaml}
     * @throws KeelsonException SOURCE_NOT_FOUND if there is no such file; SOURCE_UNREADABLE if nothing can be read
     */
    public static FeastImport read(Path folderOrFile) {
        Path file = Files.isDirectory(folderOrFile) ? folderOrFile.resolve("feature_store.yaml") : folderOrFile;
        if (!Files.isRegularFile(file)) {
            throw new KeelsonException(
                    ErrorCode.SOURCE_NOT_FOUND,
                    "There is no file (%s).".formatted(file),
                    "Maybe the repository of Feast lies in another folder.");
        }
        Path folder = file.toAbsolutePath().getParent();
        FeastDefinitions found = new FeastDefinitions();
        try {
            String settings = Files.readString(file);
            Matcher registry = REGISTRY.matcher(settings);
            List<Path> python = folder == null ? List.of() : python(folder);
            Map<String, Object> names = new HashMap<>();
            // a file may use what another one declares: twice over, and the notes of the second time
            for (int pass = 0; pass < 2; pass++) {
                found.notes.clear();
                for (Path each : python) {
                    if (Files.size(each) > LARGEST) {
                        found.note(relative(folder, each), "larger than 4 MiB; not read");
                    } else {
                        new FeastPython(relative(folder, each), Files.readString(each), found, names).read();
                    }
                }
            }
            if (found.views.isEmpty() && folder != null && registry.find()) {
                Path binary = folder.resolve(registry.group(1));
                if (Files.isRegularFile(binary)) {
                    new FeastRegistry(relative(folder, binary), found).read(Files.readAllBytes(binary));
                }
            }
            Matcher project = PROJECT.matcher(settings);
            return new Writer(found, project.find() ? project.group(1) : "feast").write();
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "The repository (%s) cannot be read: %s.".formatted(folder, e.getMessage()),
                    null,
                    e);
        }
    }

    private static List<Path> python(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder, 5)) {
            return files.filter(file -> file.toString().endsWith(".py") && Files.isRegularFile(file))
                    .filter(file -> {
                        for (Path part : folder.relativize(file)) {
                            String name = part.toString();
                            if (name.startsWith(".") || name.equals("venv") || name.equals("site-packages")
                                    || name.startsWith("test")) {
                                return false;
                            }
                        }
                        return true;
                    })
                    .sorted()
                    .toList();
        }
    }

    private static String relative(@Nullable Path folder, Path file) {
        return folder == null ? file.toString() : folder.relativize(file).toString().replace('\\', '/');
    }

    /** Writes the project file. */
    private static final class Writer {
        private final FeastDefinitions found;
        private final Map<Set<Entity>, Entity> joined = new HashMap<>();
        private final StringBuilder out = new StringBuilder();

        Writer(FeastDefinitions found, String project) {
            this.found = found;
            line("# From a repository of Feast; `keelson validate` checks it. Lines with `check:` need a look.");
            line("keelson: 1");
            line("project: " + project.replaceAll("[^A-Za-z0-9_-]", "-"));
            line("timezone: UTC");
        }

        private void line(String text) {
            out.append(text).append('\n');
        }

        FeastImport write() {
            Map<String, List<View>> bySource = new LinkedHashMap<>();
            Map<View, Entity> entities = new LinkedHashMap<>();
            for (View view : found.views.values()) {
                Optional<Entity> entity = entity(view);
                String source = view.source();
                if (entity.isEmpty() || source == null) {
                    continue;
                }
                Source read = found.sources.get(source);
                if (read == null || read.timestamp() == null) {
                    found.note(view.name(), "left out: its source names no timestamp column");
                    continue;
                }
                if (numbers(view, entity.get()).isEmpty()) {
                    found.note(view.name(), "left out: none of its features is a number");
                    continue;
                }
                entities.put(view, entity.get());
                bySource.computeIfAbsent(source, key -> new ArrayList<>()).add(view);
            }
            if (entities.isEmpty()) {
                throw new KeelsonException(
                        ErrorCode.SOURCE_UNREADABLE,
                        "No feature view with a file as its source could be read%s"
                                .formatted(found.notes.isEmpty() ? "." : ": " + String.join("; ", found.notes) + "."),
                        "Maybe the definitions lie in another folder.");
            }
            line("");
            line("sources:");
            bySource.forEach((name, views) -> source(found.sources.get(name), views, entities));
            line("");
            line("entities:");
            Set<String> written = new LinkedHashSet<>();
            for (Entity entity : entities.values()) {
                if (written.add(entity.name())) {
                    line("  %s: { key: %s }".formatted(name(entity.name()), key(entity)));
                }
            }
            line("");
            line("feature_views:");
            entities.forEach(this::view);
            for (Service service : found.services.values()) {
                found.note(
                        service.name(),
                        "a feature service has no label and no learner; declare a model with these features");
                line("");
                line("# feature service %s: %s".formatted(service.name(), String.join(", ", service.features())));
            }
            return new FeastImport(out.toString(), entities.size(), found.notes);
        }

        private Optional<Entity> entity(View view) {
            if (view.entities().isEmpty()) {
                found.note(view.name(), "left out: it has no entity");
                return Optional.empty();
            }
            List<Entity> entities = new ArrayList<>();
            for (String name : view.entities()) {
                Entity entity = found.entities.get(name);
                if (entity == null) {
                    found.note(view.name(), "left out: its entity (%s) is not declared".formatted(name));
                    return Optional.empty();
                }
                entities.add(entity);
            }
            return Optional.of(entities.size() == 1 ? entities.getFirst() : joined(entities));
        }

        /** Several entities as one: of all their join keys, whatever the order in which a view names them. */
        private Entity joined(List<Entity> entities) {
            return joined.computeIfAbsent(Set.copyOf(entities), of -> {
                StringBuilder name = new StringBuilder(
                        entities.stream().map(Entity::name).collect(Collectors.joining("_")));
                while (found.entities.containsKey(name.toString())) {
                    name.append('_');
                }
                List<String> keys = entities.stream()
                        .flatMap(entity -> entity.joinKeys().stream())
                        .distinct()
                        .toList();
                return new Entity(name.toString(), keys, null);
            });
        }

        private static @Nullable String type(String feast) {
            return TYPES.get(OLD_TYPES.getOrDefault(feast, feast));
        }

        private List<Field> numbers(View view, Entity entity) {
            return view.fields().stream()
                    .filter(field -> !entity.joinKeys().contains(field.name()))
                    .filter(field -> {
                        String type = type(field.type());
                        return "long".equals(type) || "double".equals(type) || "boolean".equals(type);
                    })
                    .toList();
        }

        private void source(@Nullable Source source, List<View> views, Map<View, Entity> entities) {
            if (source == null) {
                return;
            }
            String time = String.valueOf(source.timestamp());
            Map<String, String> columns = new LinkedHashMap<>();
            Set<String> key = new LinkedHashSet<>();
            for (View view : views) {
                Entity entity = entities.get(view);
                if (entity != null) {
                    key.addAll(entity.joinKeys());
                    for (String part : entity.joinKeys()) {
                        String type = keyType(view, part);
                        if (type != null) {
                            columns.put(part, type);
                        } else {
                            columns.putIfAbsent(part, "string");
                        }
                    }
                }
            }
            key.add(time);
            columns.put(time, "timestamp");
            if (source.created() != null) {
                columns.put(source.created(), "timestamp");
            }
            for (View view : views) {
                for (Field field : view.fields()) {
                    String type = type(field.type());
                    if (type != null) {
                        columns.putIfAbsent(field.name(), type);
                    }
                }
            }
            line("  %s:".formatted(name(source.name())));
            line("    file: %s".formatted(quoted(source.path())));
            line("    key: [%s]                # check: Feast has no key of rows".formatted(String.join(
                    ", ", key.stream().map(Writer::name).toList())));
            line("    event_time: %s".formatted(name(time)));
            if (source.created() != null) {
                line("    created: %s".formatted(name(source.created())));
            }
            line("    columns:");
            columns.forEach((column, type) -> line("      %s: %s".formatted(
                    name(column),
                    key.contains(column) ? "{ type: %s, required: true }".formatted(type) : type)));
        }

        /** The type of a column of the key: as the view's schema says, else as its entity does; null when neither does. */
        private @Nullable String keyType(View view, String part) {
            String type = null;
            for (String name : view.entities()) {
                Entity entity = found.entities.get(name);
                if (entity != null && entity.type() != null && entity.joinKeys().contains(part)) {
                    type = type(entity.type());
                }
            }
            for (Field field : view.fields()) {
                if (field.name().equals(part)) {
                    type = type(field.type());
                }
            }
            return type;
        }

        private static String key(Entity entity) {
            List<String> parts = entity.joinKeys().stream().map(Writer::name).toList();
            return parts.size() == 1 ? parts.getFirst() : "[" + String.join(", ", parts) + "]";
        }

        private void view(View view, Entity entity) {
            line("  %s:".formatted(name(view.name())));
            line("    entity: %s".formatted(name(entity.name())));
            line("    source: %s".formatted(name(String.valueOf(view.source()))));
            line("    key: %s".formatted(key(entity)));
            if (view.ttl() != null) {
                line("    ttl: %s".formatted(Durations.format(view.ttl())));
            }
            line("    features:");
            List<Field> numbers = numbers(view, entity);
            for (Field field : view.fields()) {
                if (numbers.contains(field)) {
                    line("      %s: last(%s) over last event".formatted(name(field.name()), field.name()));
                } else if (!entity.joinKeys().contains(field.name())) {
                    found.note(
                            view.name(),
                            "the feature (%s) is %s, no number; left out".formatted(field.name(), field.type()));
                }
            }
        }

        private static String name(String text) {
            return text.matches("[A-Za-z_][A-Za-z0-9_-]*") ? text : quoted(text);
        }

        private static String quoted(String text) {
            return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        }
    }
}
