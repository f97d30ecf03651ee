/** Models of CatBoost, evaluated by its own library. Optional at run time; found as a service. */
@NullMarked
package dev.keelson.catboost;

import org.jspecify.annotations.NullMarked;
