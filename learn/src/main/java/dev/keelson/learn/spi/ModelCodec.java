package dev.keelson.learn.spi;

import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
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
     * @param task what the model tells
     * @param files name to content
     * @throws IllegalArgumentException if the files are damaged or do not fit features and task
     */
    Model load(List<String> features, Task task, Map<String, byte[]> files);
}
