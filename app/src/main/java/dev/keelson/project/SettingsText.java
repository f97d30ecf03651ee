package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.project.Shape.Choice;
import dev.keelson.project.Shape.Either;
import dev.keelson.project.Shape.Flag;
import dev.keelson.project.Shape.Keys;
import dev.keelson.project.Shape.KnownKey;
import dev.keelson.project.Shape.ListOf;
import dev.keelson.project.Shape.MapOf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The text of a project file with its settings: the scalars under {@code monitors}, {@code policies} and {@code schedules}, those
 * that are written and those that could be. One is changed where it stands; everything else stays as it is, byte for byte.
 * Whether a changed text is a project is not asked here. Immutable.
 */
public final class SettingsText {
    private static final List<String> SECTIONS = List.of("monitors", "policies", "schedules");
    /** What is watched and done, not how. */
    private static final Set<String> NO_SETTINGS = Set.of("model", "models", "run", "watch");

    private static final int LONGEST = 500;

    private final Path file;
    private final YamlText yaml;
    private final Map<String, Slot> slots = new LinkedHashMap<>();

    /** A setting and where it is, or would be, written. */
    private sealed interface Slot {
        Setting setting();

        record Written(Setting setting, ScalarNode node) implements Slot {}

        /** @param within the key of a mapping that would be written with it, or null */
        record Missing(Setting setting, MappingNode mapping, String key, @Nullable String within) implements Slot {}
    }

    private SettingsText(Path file, YamlText yaml) {
        this.file = file;
        this.yaml = yaml;
        for (String section : SECTIONS) {
            Node node = YamlText.child(yaml.root(), section);
            KnownKey known = ProjectGrammar.project().keys().get(section);
            if (node != null && known != null) {
                section(section, node, known.shape());
            }
        }
    }

    /**
     * Reads a text.
     *
     * @param file its name, for places
     * @throws KeelsonException YAML_SYNTAX
     */
    public static SettingsText of(Path file, String text) {
        try {
            return new SettingsText(file, YamlText.of(text));
        } catch (YamlEngineException e) {
            throw new KeelsonException(
                    ErrorCode.YAML_SYNTAX,
                    "The project file (%s) is not valid YAML: %s.".formatted(file, e.getMessage()),
                    "Maybe look at it: `keelson validate`.",
                    e);
        }
    }

    /** The text. */
    public String text() {
        return yaml.text();
    }

    /** Settings in the order of the file; of each mapping those that are not written stand where the grammar has them. */
    public List<Setting> settings() {
        return slots.values().stream().map(Slot::setting).toList();
    }

    private void section(String path, Node node, Shape shape) {
        switch (shape) {
            case Keys keys when node instanceof MappingNode mapping -> keys(path, mapping, keys);
            case MapOf map when node instanceof MappingNode mapping -> {
                for (NodeTuple tuple : mapping.getValue()) {
                    if (tuple.getKeyNode() instanceof ScalarNode name) {
                        section(path + "." + name.getValue(), tuple.getValueNode(), map.value());
                    }
                }
            }
            case Either either -> either.shapes().forEach(each -> section(path, node, each));
            default -> {
                // told by the check of the project file
            }
        }
    }

    private void keys(String path, MappingNode mapping, Keys keys) {
        for (KnownKey key : keys.keys().values()) {
            if (NO_SETTINGS.contains(key.name())) {
                continue;
            }
            String at = path + "." + key.name();
            switch (YamlText.child(mapping, key.name())) {
                case null -> missing(at, mapping, key);
                case ScalarNode scalar -> written(at, scalar, key, scalarOf(key.shape()));
                case SequenceNode list -> items(at, list, key);
                case Node nested -> section(at, nested, key.shape());
            }
        }
    }

    private void items(String path, SequenceNode list, KnownKey key) {
        Shape shape = itemOf(key.shape());
        for (int i = 0; i < list.getValue().size(); i++) {
            if (shape != null && list.getValue().get(i) instanceof ScalarNode item) {
                written("%s[%d]".formatted(path, i), item, key, shape);
            }
        }
    }

    private static Shape scalarOf(Shape shape) {
        return shape instanceof Either either
                ? either.shapes().stream().filter(each -> !(each instanceof ListOf)).findFirst().orElse(shape)
                : shape;
    }

    private static @Nullable Shape itemOf(Shape shape) {
        return switch (shape) {
            case ListOf list -> list.item();
            case Either either -> either.shapes().stream()
                    .filter(ListOf.class::isInstance)
                    .map(each -> ((ListOf) each).item())
                    .findFirst()
                    .orElse(null);
            default -> null;
        };
    }

    private void written(String path, ScalarNode node, KnownKey key, Shape shape) {
        String fixed = node.getValue().contains("${")
                ? "It comes from the environment: change the variable."
                : !YamlText.isReplaceable(node) || node.getValue().indexOf('\n') >= 0
                        ? "It is written in several lines: change it in the file."
                        : path.endsWith("]") && node.getValue().contains("(")
                                ? "It is an expression in a list: change it in the file."
                                : null;
        Mark mark = node.getStartMark().orElseThrow();
        Location place = new Location(file.toString(), mark.getLine() + 1, mark.getColumn() + 1);
        slots.put(
                path,
                new Slot.Written(
                        new Setting(
                                path, node.getValue(), plain(key.standard()), key.description(), shape.describe(), words(shape), place, fixed),
                        node));
    }

    private void missing(String path, MappingNode mapping, KnownKey key) {
        String standard = plain(key.standard());
        Shape shape = scalarOf(key.shape());
        if (standard == null && !(shape instanceof Choice)) {
            return; // nothing is known that it could be
        }
        if (!(shape instanceof Keys nested)) {
            Setting setting = new Setting(path, null, standard, key.description(), shape.describe(), words(shape), null, null);
            slots.put(path, new Slot.Missing(setting, mapping, key.name(), null));
            return;
        }
        Node values = YamlText.of(String.valueOf(standard)).root();
        nested.keys().forEach((name, known) -> {
            if (YamlText.child(values, name) instanceof ScalarNode scalar) {
                String at = path + "." + name;
                Shape inner = scalarOf(known.shape());
                Setting setting = new Setting(
                        at, null, scalar.getValue(), known.description(), inner.describe(), words(inner), null, null);
                slots.put(at, new Slot.Missing(setting, mapping, key.name(), name));
            }
        });
    }

    private static List<String> words(Shape shape) {
        return switch (shape) {
            case Choice choice -> choice.words();
            case Flag _ -> List.of("true", "false");
            default -> List.of();
        };
    }

    /** A standard of the grammar as it would be written; null when there is none, or it is told in words. */
    private static @Nullable String plain(@Nullable String standard) {
        if (standard == null) {
            return null;
        }
        String inner = standard.startsWith("`") && standard.endsWith("`") && standard.length() > 1
                ? standard.substring(1, standard.length() - 1)
                : standard;
        return inner.contains("`") || inner.equals("timezone") ? null : inner;
    }

    /**
     * The same with one setting changed.
     *
     * @param path of the setting
     * @param value as people write it, without quotes
     * @throws KeelsonException NOT_FOUND with the closest path; BAD_VALUE when it cannot be changed by itself, or cannot be
     *     written in one line
     */
    public SettingsText with(String path, String value) {
        Slot slot = slots.get(path);
        if (slot == null) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND,
                    "There is no setting (%s).".formatted(path),
                    Suggestion.sentence(path, slots.keySet()).orElse("Maybe list them: `keelson settings list`."));
        }
        String fixed = slot.setting().fixed();
        if (fixed != null) {
            throw new KeelsonException(ErrorCode.BAD_VALUE, "The setting (%s) cannot be changed here. %s".formatted(path, fixed), null);
        }
        if (value.isBlank() || value.length() > LONGEST || value.chars().anyMatch(Character::isISOControl) || value.contains("${")) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The value (%s) of %s is wrong; expected %s, in one line of at most %d characters without `${`."
                            .formatted(value.replaceAll("\\p{Cntrl}", " "), path, slot.setting().expected(), LONGEST),
                    null);
        }
        Map<String, String> wanted = new HashMap<>(yaml.scalars());
        wanted.put("." + path, value);
        List<String> texts = switch (slot) {
            case Slot.Written written -> yaml.replaced(written.node(), value);
            case Slot.Missing missing -> yaml.added(
                    missing.mapping(), missing.key(), value, missing.within());
        };
        for (String text : texts) {
            YamlText changed = read(text);
            if (changed != null && changed.scalars().equals(wanted)) {
                return new SettingsText(file, changed);
            }
        }
        throw new KeelsonException(
                ErrorCode.BAD_VALUE,
                "The setting (%s) cannot be changed alone: something else would change with it.".formatted(path),
                "Maybe it is used by an alias: change it in the file.");
    }

    /** Null when the text is no YAML: then it is written otherwise. */
    private static @Nullable YamlText read(String text) {
        try {
            return YamlText.of(text);
        } catch (YamlEngineException e) {
            return null;
        }
    }

    /** The same with several settings changed; all that cannot be is told at once. */
    public SettingsText with(Map<String, String> values) {
        List<Problem> problems = new ArrayList<>();
        SettingsText changed = with(values, problems);
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return changed;
    }

    /**
     * The same with those settings changed that can be.
     *
     * @param problems takes what is wrong with the others
     */
    public SettingsText with(Map<String, String> values, List<Problem> problems) {
        SettingsText changed = this;
        for (Map.Entry<String, String> each : values.entrySet()) {
            try {
                changed = changed.with(each.getKey(), each.getValue());
            } catch (KeelsonException e) {
                problems.addAll(e.problems());
            }
        }
        return changed;
    }
}
