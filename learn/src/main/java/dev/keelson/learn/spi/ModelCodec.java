package dev.keelson.learn.spi;

import dev.keelson.learn.Model;
import java.util.List;
import java.util.Map;

/** Loads models of one format from data. Pure: it needs no native library and opens no file. */
public interface ModelCodec {

    /** The format, as {@link Model#format} names it. */
    String format();

    /**
     * The model that {@link Model#save} wrote.
     *
     * @param features the model's features, in order
     * @param classes the model's classes, in order
     * @param files name to content
     * @throws IllegalArgumentException if the files are damaged or do not fit features and classes
     */
    Model load(List<String> features, List<String> classes, Map<String, byte[]> files);
}
