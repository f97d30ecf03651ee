package dev.keelson.remote;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A small YAML document of a stranger: mappings, lists and texts. It is read event by event, so that nothing in it makes an
 * object, repeats itself or goes deeper than {@value #DEEPEST}; tags and aliases are refused.
 */
final class MetaFile {
    private static final int DEEPEST = 20;
    private static final int MOST_VALUES = 100_000;

    private final Map<?, ?> values;

    private MetaFile(Map<?, ?> values) {
        this.values = values;
    }

    /** @throws IOException with the reason when it is no such document */
    static MetaFile parse(String text) throws IOException {
        LoadSettings settings = LoadSettings.builder()
                .setLabel("meta.yaml")
                .setCodePointLimit(Math.max(1, text.length()))
                .setParseComments(false)
                .build();
        try {
            Iterator<Event> events = new Parse(settings).parseString(text).iterator();
            Reader reader = new Reader(events);
            if (reader.document() instanceof Map<?, ?> map) {
                return new MetaFile(map);
            }
            throw new IOException("it is no mapping");
        } catch (YamlEngineException e) {
            String message = e.getMessage() == null ? "" : e.getMessage().lines().findFirst().orElse("");
            throw new IOException("it is no valid YAML: " + message, e);
        }
    }

    /** The text of a key; null when it is absent, empty or {@code null}. */
    @Nullable String text(String key) {
        return values.get(key) instanceof String text ? text : null;
    }

    /** The text of a key. */
    String text(String key, String otherwise) {
        String text = text(key);
        return text == null ? otherwise : text;
    }

    /** @throws IOException when there is none */
    String required(String key) throws IOException {
        String text = text(key);
        if (text == null) {
            throw new IOException("`%s` is missing".formatted(key));
        }
        return text;
    }

    /** A whole number. */
    @Nullable Long number(String key) throws IOException {
        String text = text(key);
        if (text == null) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw new IOException("`%s` (%s) is no whole number".formatted(key, shortened(text)), e);
        }
    }

    /** The mapping of a key, of texts alone. */
    Map<String, String> texts(String key) {
        Map<String, String> texts = new HashMap<>();
        if (values.get(key) instanceof Map<?, ?> map) {
            map.forEach((name, value) -> {
                if (name instanceof String text) {
                    texts.put(text, value instanceof String told ? told : "");
                }
            });
        }
        return texts;
    }

    static String shortened(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }

    private static final class Reader {
        private final Iterator<Event> events;
        private int read;

        Reader(Iterator<Event> events) {
            this.events = events;
        }

        @Nullable Object document() throws IOException {
            Object document = null;
            int documents = 0;
            while (events.hasNext()) {
                Event event = events.next();
                switch (event.getEventId()) {
                    case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
                    case DocumentStart -> {
                        if (++documents > 1) {
                            throw new IOException("it has more than one document");
                        }
                        document = value(events.next(), 0);
                    }
                    case Alias, MappingEnd, MappingStart, Scalar, SequenceEnd, SequenceStart ->
                        throw new IOException("it is no valid YAML");
                }
            }
            return document;
        }

        private @Nullable Object value(Event event, int depth) throws IOException {
            if (++read > MOST_VALUES || depth > DEEPEST) {
                throw new IOException("it has more than %,d values, or more than %d levels".formatted(MOST_VALUES, DEEPEST));
            }
            return switch (event.getEventId()) {
                case Scalar -> scalar((ScalarEvent) event);
                case MappingStart -> {
                    refuseTag(((CollectionStartEvent) event).getTag().isPresent());
                    Map<String, @Nullable Object> map = new HashMap<>();
                    for (Event key = events.next(); key.getEventId() != Event.ID.MappingEnd; key = events.next()) {
                        if (!(key instanceof ScalarEvent name)) {
                            throw new IOException("a key is no text");
                        }
                        if (map.containsKey(name.getValue())) {
                            throw new IOException("the key `%s` occurs twice".formatted(shortened(name.getValue())));
                        }
                        map.put(name.getValue(), value(events.next(), depth + 1));
                    }
                    yield map;
                }
                case SequenceStart -> {
                    refuseTag(((CollectionStartEvent) event).getTag().isPresent());
                    List<@Nullable Object> list = new ArrayList<>();
                    for (Event item = events.next(); item.getEventId() != Event.ID.SequenceEnd; item = events.next()) {
                        list.add(value(item, depth + 1));
                    }
                    yield list;
                }
                case Alias -> throw new IOException("it uses an alias (`*`), which is not followed");
                case StreamStart, StreamEnd, DocumentStart, DocumentEnd, MappingEnd, SequenceEnd, Comment ->
                    throw new IOException("it is no valid YAML");
            };
        }

        private static @Nullable String scalar(ScalarEvent event) throws IOException {
            refuseTag(event.getTag().isPresent());
            String text = event.getValue();
            boolean plain = event.getScalarStyle() == ScalarStyle.PLAIN;
            return plain && (text.isEmpty() || text.equals("~") || text.equals("null")) ? null : text;
        }

        private static void refuseTag(boolean tagged) throws IOException {
            if (tagged) {
                throw new IOException("it uses a tag (`!`), which is not followed");
            }
        }
    }
}
