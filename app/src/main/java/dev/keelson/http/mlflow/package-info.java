/** The REST interface of MLflow's tracking server and model registry, over Keelson's own catalogue. */
@NullMarked
package dev.keelson.http.mlflow;

import org.jspecify.annotations.NullMarked;
