package dev.keelson.learn.spi;

import dev.keelson.learn.Model;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Models whose files lie in a folder of another model. */
public final class ModelFiles {
    private ModelFiles() {}

    /** Adds a model's files under a folder, such as {@code members/0-xgboost/}. */
    public static void put(Map<String, byte[]> files, String folder, Model model) {
        model.save().forEach((name, content) -> files.put(folder + name, content));
    }

    /** The files of a folder by their names in it. */
    public static SortedMap<String, byte[]> within(Map<String, byte[]> files, String folder) {
        SortedMap<String, byte[]> own = new TreeMap<>();
        files.forEach((name, content) -> {
            if (name.startsWith(folder)) {
                own.put(name.substring(folder.length()), content);
            }
        });
        return own;
    }

    /**
     * The codec that reads a format.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static ModelCodec codec(Collection<? extends ModelCodec> codecs, String format) {
        for (ModelCodec codec : codecs) {
            if (codec.format().equals(format)) {
                return codec;
            }
        }
        throw new IllegalArgumentException("nothing here reads the format (%s); known are %s"
                .formatted(format, codecs.stream().map(ModelCodec::format).toList()));
    }
}
