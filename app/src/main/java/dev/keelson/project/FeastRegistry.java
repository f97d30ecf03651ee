package dev.keelson.project;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.keelson.project.FeastDefinitions.Entity;
import dev.keelson.project.FeastDefinitions.Field;
import dev.keelson.project.FeastDefinitions.Service;
import dev.keelson.project.FeastDefinitions.Source;
import dev.keelson.project.FeastDefinitions.View;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the registry file of Feast, one message in the wire format of Protocol Buffers. */
final class FeastRegistry {
    private static final String[] TYPES = {
        "Invalid", "Bytes", "String", "Int32", "Int64", "Float64", "Float32", "Bool", "UnixTimestamp"
    };

    private final String place;
    private final FeastDefinitions found;

    /** The fields of a message: number to its values, byte arrays or numbers. */
    private record Message(Map<Integer, List<Object>> fields) {
        static Message of(byte[] bytes) throws IOException {
            CodedInputStream in = CodedInputStream.newInstance(bytes);
            Map<Integer, List<Object>> fields = new HashMap<>();
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                Object value =
                        switch (WireFormat.getTagWireType(tag)) {
                            case WireFormat.WIRETYPE_VARINT -> in.readRawVarint64();
                            case WireFormat.WIRETYPE_LENGTH_DELIMITED -> in.readByteArray();
                            default -> {
                                in.skipField(tag);
                                yield "";
                            }
                        };
                fields.computeIfAbsent(WireFormat.getTagFieldNumber(tag), key -> new ArrayList<>())
                        .add(value);
            }
            return new Message(fields);
        }

        List<Message> messages(int field) throws IOException {
            List<Message> messages = new ArrayList<>();
            for (Object value : fields.getOrDefault(field, List.of())) {
                if (value instanceof byte[] bytes) {
                    messages.add(of(bytes));
                }
            }
            return messages;
        }

        @Nullable Message message(int field) throws IOException {
            List<Message> messages = messages(field);
            return messages.isEmpty() ? null : messages.getLast();
        }

        List<String> texts(int field) {
            List<String> texts = new ArrayList<>();
            for (Object value : fields.getOrDefault(field, List.of())) {
                if (value instanceof byte[] bytes) {
                    texts.add(new String(bytes, StandardCharsets.UTF_8));
                }
            }
            return texts;
        }

        String text(int field) {
            List<String> texts = texts(field);
            return texts.isEmpty() ? "" : texts.getLast();
        }

        long number(int field) {
            List<Object> values = fields.getOrDefault(field, List.of());
            return values.isEmpty() || !(values.getLast() instanceof Long number) ? 0 : number;
        }
    }

    FeastRegistry(String place, FeastDefinitions found) {
        this.place = place;
        this.found = found;
    }

    /** @throws IOException if the bytes are no registry */
    void read(byte[] bytes) throws IOException {
        Message registry = Message.of(bytes);
        for (Message entity : registry.messages(1)) {
            Message spec = entity.message(1);
            if (spec != null && !spec.text(1).equals("__dummy")) {
                String key = spec.text(4).isEmpty() ? spec.text(1) : spec.text(4);
                found.entities.put(spec.text(1), new Entity(spec.text(1), List.of(key), type(spec.number(2))));
            }
        }
        for (Message view : registry.messages(6)) {
            Message spec = view.message(1);
            if (spec != null) {
                view(spec);
            }
        }
        for (Message view : registry.messages(8)) {
            Message spec = view.message(1);
            found.note(
                    place,
                    "the on-demand view (%s) computes in Python; write it as expressions of a model's features"
                            .formatted(spec == null ? "" : spec.text(1)));
        }
        for (Message view : registry.messages(14)) {
            Message spec = view.message(1);
            found.note(place, "the stream view (%s) is not read".formatted(spec == null ? "" : spec.text(1)));
        }
        for (Message service : registry.messages(7)) {
            Message spec = service.message(1);
            if (spec != null) {
                List<String> features = new ArrayList<>();
                for (Message projection : spec.messages(3)) {
                    for (Message column : projection.messages(2)) {
                        features.add(projection.text(1) + ":" + column.text(1));
                    }
                }
                found.services.put(spec.text(1), new Service(spec.text(1), features));
            }
        }
    }

    private void view(Message spec) throws IOException {
        List<Field> fields = new ArrayList<>();
        for (Message feature : spec.messages(4)) {
            fields.add(new Field(feature.text(1), type(feature.number(2))));
        }
        Message ttl = spec.message(6);
        Duration age = ttl == null || ttl.number(1) == 0 ? null : Duration.ofSeconds(ttl.number(1));
        found.views.put(
                spec.text(1),
                new View(spec.text(1), spec.texts(3), age, fields, source(spec.message(7), spec.text(1))));
    }

    private @Nullable String source(@Nullable Message source, String view) throws IOException {
        Message file = source == null ? null : source.message(11);
        if (source == null || file == null) {
            found.note(place, "the source of the view (%s) is no file; export it as one".formatted(view));
            return null;
        }
        String path = file.text(2);
        String name = source.text(20).isEmpty() ? path.replaceAll(".*/", "").replaceAll("\\..*", "") : source.text(20);
        found.sources.put(
                name,
                new Source(
                        name,
                        path,
                        source.text(3).isEmpty() ? null : source.text(3),
                        source.text(5).isEmpty() ? null : source.text(5)));
        return name;
    }

    private static String type(long number) {
        return number >= 0 && number < TYPES.length ? TYPES[(int) number] : "Array";
    }
}
