# How the install step writes what is not copied as it stands.

# A text that Debian wants compressed, the same bytes each time: rolloutd_install_compressed(FILE FOLDER COMPONENT [NAME]).
function(rolloutd_install_compressed file folder component)
    cmake_path(GET file FILENAME name)
    if(ARGC GREATER 3)
        set(name "${ARGV3}")
    endif()
    set(made "${CMAKE_CURRENT_BINARY_DIR}/${component}/${name}.gz")
    install(CODE "
        file(MAKE_DIRECTORY \"${CMAKE_CURRENT_BINARY_DIR}/${component}\")
        execute_process(COMMAND gzip -9nc \"${file}\" OUTPUT_FILE \"${made}\" COMMAND_ERROR_IS_FATAL ANY)"
        COMPONENT ${component})
    install(FILES "${made}" DESTINATION "${folder}" COMPONENT ${component})
endfunction()

# A unit of the template FILE.in, for one installation (NAME.service) or for instances (NAME@.service). It names
# programs by their full path, which `cmake --install --prefix` decides.
function(rolloutd_install_unit template name folder runtime of_instance)
    install(CODE "
        set(bindir \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
        set(docdir \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/doc/rolloutd\")
        set(folder \"${folder}\")
        set(runtime \"${runtime}\")
        set(of_instance \"${of_instance}\")
        configure_file(\"${CMAKE_CURRENT_SOURCE_DIR}/${template}\" \"${CMAKE_CURRENT_BINARY_DIR}/${name}\" @ONLY)"
        COMPONENT rolloutd)
    install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${name}" DESTINATION lib/systemd/system COMPONENT rolloutd)
endfunction()
